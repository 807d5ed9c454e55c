"""The learnt model: the mean of rule, logistic regression and boosted trees.

A fitted model is a dictionary of numbers that can be written as JSON. Predicting needs
numpy; only fitting needs scikit-learn.
"""

import numpy as np

from ..domain.features import FEATURES

#: Trees of the boosting, and how large they may grow.
TREES, LEAVES, RATE = 120, 12, 0.05
LIMIT = 4.0
AGE, MEAN_LATE = (list(FEATURES).index(name) for name in ("age", "mean_late"))
#: Days that a forecast of days learns from at most.
MOST_DAYS = 180


def fit(vectors, outcomes, rule):
    """Fit one target.

    :param numpy.ndarray vectors: one row per case, in the order of FEATURES
    :param numpy.ndarray outcomes: 0 or 1
    :param int rule: the column that holds the rule's log-odds
    :rtype: dict
    """
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    center, scale = vectors.mean(axis=0), vectors.std(axis=0)
    scale[scale < 1e-9] = 1.0
    line = LogisticRegression(C=0.1, max_iter=300).fit(_scaled(vectors, center, scale), outcomes)
    forest = HistGradientBoostingClassifier(**_growth(outcomes)).fit(vectors, outcomes)
    return {
        "rule": rule,
        "center": center.tolist(),
        "scale": scale.tolist(),
        "weights": line.coef_[0].tolist(),
        "intercept": float(line.intercept_[0]),
        **_forest(forest),
    }


def _growth(outcomes):
    return {
        "max_iter": TREES,
        "learning_rate": RATE,
        "max_leaf_nodes": LEAVES,
        "min_samples_leaf": max(20, len(outcomes) // 500),
        "l2_regularization": 1.0,
        "early_stopping": False,
        "random_state": 0,
    }


def _forest(forest):
    return {
        "base": float(np.ravel(forest._baseline_prediction)[0]),
        "trees": [_tree(stage[0].nodes) for stage in forest._predictors],
    }


def fit_days(vectors, days):
    """Fit the days until payment: trees for the days, and for how they differ from the usual.

    Both learn the median, so a few that never pay do not drag it.

    :param numpy.ndarray days: until paid; what is unpaid counts for as long as it has been
    :rtype: dict
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    days = np.minimum(days, MOST_DAYS).astype(float)
    growth = _growth(days) | {"loss": "absolute_error"}
    plain = HistGradientBoostingRegressor(**growth).fit(vectors, days)
    apart = HistGradientBoostingRegressor(**growth).fit(vectors, days - _usual(vectors))
    return {"plain": _forest(plain), "apart": _forest(apart)}


def _usual(vectors):
    """Days left when the customer pays as late as on average."""
    return np.maximum(vectors[:, MEAN_LATE] - vectors[:, AGE], 0.0)


def days(model, vectors):
    """Forecast of the days until payment, by a model of `fit_days`.

    :rtype: numpy.ndarray
    """
    plain, apart = (_total(model[name], vectors) for name in ("plain", "apart"))
    return np.maximum((plain + apart + _usual(vectors)) / 2, 0.0)


def _total(forest, vectors, moves=None):
    total = np.full(len(vectors), forest["base"])
    for tree in forest["trees"]:
        total += _grown(tree, vectors, moves)
    return total


def _scaled(vectors, center, scale):
    return np.clip((vectors - center) / scale, -LIMIT, LIMIT)


def _tree(nodes):
    """One tree as columns: feature, threshold, left, right, and the mean below each node."""
    values = nodes["value"].astype(float)
    for place in range(len(nodes) - 1, -1, -1):  # children come after their parent
        if not nodes[place]["is_leaf"]:
            left, right = int(nodes[place]["left"]), int(nodes[place]["right"])
            counts = nodes[[left, right]]["count"]
            values[place] = np.average(values[[left, right]], weights=counts)
    leaf = nodes["is_leaf"].astype(bool)
    return {
        "feature": np.where(leaf, -1, nodes["feature_idx"]).tolist(),
        "threshold": np.where(leaf, 0.0, nodes["num_threshold"]).tolist(),
        "left": nodes["left"].tolist(),
        "right": nodes["right"].tolist(),
        "value": values.tolist(),
    }


def chances(model, vectors):
    """Probabilities of one target.

    :rtype: numpy.ndarray
    """
    return _mean(*_odds(model, vectors))


def _odds(model, vectors, moves=None):
    """Log-odds of the three parts; ``moves`` collects what each feature did."""
    rule = vectors[:, model["rule"]]
    scaled = _scaled(vectors, np.array(model["center"]), np.array(model["scale"]))
    steps = scaled * np.array(model["weights"])
    line = steps.sum(axis=1) + model["intercept"]
    forest = _total(model, vectors, moves)
    if moves is not None:
        moves += steps
    return rule, line, forest


def _grown(tree, vectors, moves):
    """Where each case comes to in a tree; ``moves`` takes each step on the way."""
    feature, threshold = np.array(tree["feature"]), np.array(tree["threshold"])
    left, right = np.array(tree["left"]), np.array(tree["right"])
    value = np.array(tree["value"])
    place = np.zeros(len(vectors), dtype=np.intp)
    rows = np.arange(len(vectors))
    while len(rows):
        here = place[rows]
        asked = feature[here]
        on = asked >= 0
        rows, here, asked = rows[on], here[on], asked[on]
        if not len(rows):
            break
        below = np.where(vectors[rows, asked] <= threshold[here], left[here], right[here])
        if moves is not None:
            moves[rows, asked] += value[below] - value[here]
        place[rows] = below
    return value[place]


def _mean(*parts):
    return np.mean([1 / (1 + np.exp(-part)) for part in parts], axis=0)


def explained(model, vectors):
    """Probabilities, and what each feature did to the log-odds.

    :return: the probabilities; moves, one row per case in the order of FEATURES
    :rtype: tuple[numpy.ndarray, numpy.ndarray]
    """
    moves = np.zeros(vectors.shape)
    parts = _odds(model, vectors, moves)
    rule = vectors[:, model["rule"]]
    moves[:, model["rule"]] += rule - model["center"][model["rule"]]
    return _mean(*parts), moves / 3
