from . import collections_connection, collections_connector, collections_external_ref
