"""The web console's server: a thin face over ``operations`` (rules C1 to C3, C22, C23).

A request passes the connection (``connection``), the gate (``gate``), a route
(``routes/``), and one operation, whose view is the answer.
"""
