"""What all pages of chapter 3 share: the ground, the measurements, the training loops. Models stand in the pages."""

from gdl_utils.generative.export import Export, Front, export_network, read_network
from gdl_utils.generative.features import fourier_features, noisy_features
from gdl_utils.generative.ground import (
    DEGREES,
    LANDMASSES,
    cell_shares,
    count_in_cells,
    entropy,
    is_land,
    land_share,
    landmass_of,
    landmass_shares,
    load_land_points,
    log_p_data,
    sample_land_points,
)
from gdl_utils.generative.judges import Judge, distance_to_nearest, frechet_distance, train_judge
from gdl_utils.generative.measures import Estimate, coverage, kl_divergence, precision, total_variation
from gdl_utils.generative.plain_models import DescriptionError, PlainModel, plain_model
from gdl_utils.generative.plain_report import density_of_samples, measure_plain, without_copies
from gdl_utils.generative.report import Report, measure, record, show_reports
from gdl_utils.generative.training import Player, Training, fit, play

__all__ = [
    "DEGREES",
    "LANDMASSES",
    "DescriptionError",
    "Estimate",
    "Export",
    "Front",
    "Judge",
    "PlainModel",
    "Player",
    "Report",
    "Training",
    "cell_shares",
    "count_in_cells",
    "coverage",
    "density_of_samples",
    "distance_to_nearest",
    "entropy",
    "export_network",
    "fit",
    "fourier_features",
    "frechet_distance",
    "is_land",
    "kl_divergence",
    "land_share",
    "landmass_of",
    "landmass_shares",
    "load_land_points",
    "log_p_data",
    "measure",
    "measure_plain",
    "noisy_features",
    "plain_model",
    "play",
    "precision",
    "read_network",
    "record",
    "sample_land_points",
    "show_reports",
    "total_variation",
    "train_judge",
    "without_copies",
]
