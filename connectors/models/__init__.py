from . import collections_connection, collections_connector, collections_external_ref
from . import (
    account_move,
    account_move_line,
    account_partial_reconcile,
    collections_connection_mirror,
    collections_drift,
    collections_drift_check,
    collections_connection_sync,
    collections_external_ref_intake,
    collections_external_ref_mirror,
    collections_mirror,
    collections_mirror_change,
    collections_mirror_customer,
    collections_mirror_document,
    collections_mirror_match,
    collections_mirror_meeting,
    collections_sync_cursor,
    collections_sync_log,
    collections_sync_log_run,
    collections_sync_log_steps,
)
from . import collections_connection_file
