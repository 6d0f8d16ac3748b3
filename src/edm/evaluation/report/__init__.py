"""What a run of `edm evaluate` leaves behind: a folder with ``results.json``, ``report.md`` and ``report.html``.

All modules take the document (the dict that is ``results.json``, see ``docs/results.schema.json``) and none computes
a score. `edm.evaluation.report.wording` alone decides how a value is written for people.
"""
