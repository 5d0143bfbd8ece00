"""The desk's web page: events as they come, what was held and why, and the desk's own words about them."""
