"""One page a result: `radiosens page DIR`, and ``report.html`` in every result's directory.

A page is made from the files of the directory and from nothing else: `files` reads them,
`kinds` has one module a command that says what stands on the page (as `parts`), `render` puts
it through the templates.
"""
