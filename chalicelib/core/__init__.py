"""Words that all capabilities share. Standard library and Powertools Logger only."""
