"""Functions that Athena has and the local one does not: a call is refused by name instead of called unknown."""

from __future__ import annotations

_NAMES = """
bing_tile_polygon classify convex_hull_agg cosine_distance dot_product evaluate_classifier_predictions
from_encoded_polyline from_geojson_geometry geometry_from_hadoop_shape geometry_invalid_reason
geometry_nearest_points geometry_to_bing_tiles geometry_union kdb_tree learn_classifier
learn_libsvm_classifier learn_libsvm_regressor learn_regressor line_interpolate_point objectid
quantiles_at_values regress simplify_geometry spatial_partitions st_boundary st_buffer st_convexhull
st_difference st_geometries st_intersection st_points st_symdifference st_union timestamp_objectid
to_encoded_polyline to_geojson_geometry version
"""

NOT_AVAILABLE = frozenset(_NAMES.split())
