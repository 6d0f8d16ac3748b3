"""The command line: what the person asked, what the person sees."""
