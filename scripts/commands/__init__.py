"""One file per command: ``add_arguments(parser)`` and ``execute(arguments)``."""
