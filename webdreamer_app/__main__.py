"""`python -m webdreamer_app`."""

from webdreamer_app.cli import main

main()
