"""Which network addresses may be contacted: only those of the public internet. Pure."""

import ipaddress
from ipaddress import IPv4Address, IPv6Address, IPv6Network

# What `is_global` lets pass though no news comes from there, or though it hides an inner address: measured on 3.11.7.
_NO_NEWS = tuple(
    ipaddress.ip_network(network)
    for network in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether an address, as a socket has it, belongs to the public internet."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        inner = found.ipv4_mapped or (IPv4Address(int(found) & 0xFFFF_FFFF) if found in _NAT64 else None)
        found = inner or found
    return found.is_global and not found.is_multicast and not any(found in network for network in _NO_NEWS)
