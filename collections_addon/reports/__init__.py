from . import collections_aging_report, collections_contact_report
