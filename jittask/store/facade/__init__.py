"""The methods of ``Store``, one file for each kind of caller; each call is one transaction."""
