// Fresh events while somebody looks: asks for a stamp of a few bytes, and for the list only when that has changed.
"use strict";
const list = document.getElementById("events");
if (list && list.dataset.stamp) {
  const look = async () => {
    if (document.visibilityState !== "visible" || list.contains(document.activeElement)) return;
    const stamp = await (await fetch("/stamp")).text();
    if (stamp === list.dataset.stamp) return;
    const answer = await fetch("/?part=list");
    if (!answer.ok) return;
    const open = [...list.querySelectorAll("details[open]")].map((one) => one.parentElement.querySelector("article").id);
    const known = new Set([...list.querySelectorAll("article")].map((one) => one.id));
    list.innerHTML = await answer.text();
    list.dataset.stamp = stamp;
    for (const id of open) {
      const details = document.getElementById(id)?.closest("section")?.querySelector("details");
      if (details) details.open = true;
    }
    const fresh = [...list.querySelectorAll("article")].filter((one) => !known.has(one.id)).length;
    if (fresh) document.getElementById("news").textContent = `${fresh} new`;
  };
  let timer = null;
  const watch = () => {
    clearInterval(timer);
    timer = null;
    if (document.visibilityState !== "visible") return;
    timer = setInterval(() => look().catch(() => {}), 15000);
    look().catch(() => {});
  };
  document.addEventListener("visibilitychange", watch);
  watch();
}
