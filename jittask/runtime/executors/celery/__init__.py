"""All that knows Celery: the planner's executor, and what listens in a worker (rule R10).

Celery carries messages, and nothing else: no result backend, no retries, no ETA,
no beat. The run store says what runs where.
"""
