"""The six steps, a file each, in this order: watching, gathering, grouping, matching, alerting, delivering.

Each step reads what is not done yet, decides, and writes and marks in one transaction; killed anywhere and run
again, it leaves no row twice and loses none. One bad feed, page, rule or receiver never stops the others: that is
why, in the steps alone, any exception of an item is caught, logged with its id and counted. A StoreError is nobody's
item: it ends the step.

Beside them stand what is by the clock or by request: revisiting (pages that matched), renewing (fingerprints after an
upgrade), briefing (digests), waking (is anybody awake?), tidying (what was kept for its time) and again (what a person
asks to be done anew, by reprocessing and regrouping); and what they share: answers (polls on their way to the store),
composing (one message of several deliveries), sharing (hosts among workers) and progress (how a step keeps to its
time).
"""
