from . import (
    collections_connection_choice,
    collections_connection_preview,
    collections_customer_choice,
)
from . import (
    collections_file_import,
    collections_file_import_check,
    collections_file_import_lines,
)
