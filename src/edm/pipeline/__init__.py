"""What runs when: the rooms composed into whole jobs."""
