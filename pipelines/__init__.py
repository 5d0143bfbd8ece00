"""The Wirewatch pipeline: from a feed to an alert."""
