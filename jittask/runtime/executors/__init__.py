"""Ways to run a body; each is one short file behind ``Executor`` (see ``protocol``)."""
