class DemoFailed(Exception):
    """A step did not happen; the text is a Russian sentence that says which and what was answered."""
