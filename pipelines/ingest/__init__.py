"""Gathering: feeds polled, pages fetched, article text extracted."""
