from . import (
    collections_case_assign,
    collections_case_stage,
    collections_dispute_resolution,
    collections_first_steps,
    collections_hold_wizard,
    collections_statement_print,
    dunning_call,
    dunning_evaluate,
    dunning_letter,
    dunning_preview,
    dunning_simulation,
)
