"""Functions on geometries and Bing tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
st_geometryfromtext(varchar) -> geometry => python_geometry_of_text({0}, '')
st_linefromtext(varchar) -> geometry => python_geometry_of_text({0}, 'LineString')
st_polygon(varchar) -> geometry => python_geometry_of_text({0}, 'Polygon')
st_geomfrombinary(varbinary) -> geometry => python_geometry_of_binary({0})
st_astext(geometry) -> varchar => python_geometry_text({0})
st_asbinary(geometry) -> varbinary => {0}
st_point(double, double) -> geometry => python_point({0}, {1})
st_linestring(array(geometry)) -> geometry => python_line({0})
st_multipoint(array(geometry)) -> geometry => python_multi_point({0})
st_x(geometry) -> double => python_st_x({0})
st_y(geometry) -> double => python_st_y({0})
st_xmin(geometry) -> double => python_st_xmin({0})
st_ymin(geometry) -> double => python_st_ymin({0})
st_xmax(geometry) -> double => python_st_xmax({0})
st_ymax(geometry) -> double => python_st_ymax({0})
st_area(geometry) -> double => python_st_area({0})
st_length(geometry) -> double => python_st_length({0})
st_length(sphericalgeography) -> double => python_sphere_length({0})
st_distance(geometry, geometry) -> double => python_st_distance({0}, {1})
st_distance(sphericalgeography, sphericalgeography) -> double => python_sphere_distance({0}, {1})
st_contains(geometry, geometry) -> boolean => python_st_contains({0}, {1})
st_crosses(geometry, geometry) -> boolean => python_st_crosses({0}, {1})
st_disjoint(geometry, geometry) -> boolean => python_st_disjoint({0}, {1})
st_equals(geometry, geometry) -> boolean => python_st_equals({0}, {1})
st_intersects(geometry, geometry) -> boolean => python_st_intersects({0}, {1})
st_overlaps(geometry, geometry) -> boolean => python_st_overlaps({0}, {1})
st_touches(geometry, geometry) -> boolean => python_st_touches({0}, {1})
st_within(geometry, geometry) -> boolean => python_st_within({0}, {1})
st_relate(geometry, geometry, varchar) -> boolean => python_st_relate({0}, {1}, {2})
st_isclosed(geometry) -> boolean => python_st_isclosed({0})
st_isring(geometry) -> boolean => python_st_isring({0})
st_isempty(geometry) -> boolean => python_st_isempty({0})
st_isvalid(geometry) -> boolean => python_st_isvalid({0})
st_issimple(geometry) -> boolean => python_st_issimple({0})
st_geometrytype(geometry) -> varchar => python_st_geometrytype({0})
st_coorddim(geometry) -> tinyint => CAST(octet_length({0}) * 0 + 2 AS TINYINT)
st_dimension(geometry) -> tinyint => CAST(python_count_dimension({0}) AS TINYINT)
st_numinteriorring(geometry) -> bigint => python_count_rings({0})
st_numpoints(geometry) -> bigint => python_count_points({0})
st_numgeometries(geometry) -> bigint => python_count_parts({0})
st_pointn(geometry, bigint) -> geometry => python_st_pointn({0}, {1})
st_startpoint(geometry) -> geometry => python_st_pointn({0}, 1)
st_endpoint(geometry) -> geometry => python_st_pointn({0}, -1)
st_geometryn(geometry, bigint) -> geometry => python_st_geometryn({0}, {1})
st_envelope(geometry) -> geometry => python_st_envelope({0})
st_centroid(geometry) -> geometry => python_st_centroid({0})
line_locate_point(geometry, geometry) -> double => python_line_locate({0}, {1})
to_spherical_geography(geometry) -> sphericalgeography => python_on_sphere({0})
to_geometry(sphericalgeography) -> geometry => {0}
bing_tile(bigint, bigint, bigint) -> bingtile => python_tile({0}, {1}, {2})
bing_tile(varchar) -> bingtile => python_tile_of_key({0})
bing_tile_at(double, double, bigint) -> bingtile => python_tile_at({0}, {1}, {2})
bing_tiles_around(double, double, bigint) -> array(bingtile) => python_tiles_around({0}, {1}, {2})
bing_tile_quadkey(bingtile) -> varchar => python_tile_key({0})
bing_tile_zoom_level(bingtile) -> tinyint => CAST(python_tile_zoom({0}) AS TINYINT)
bing_tile_coordinates(bingtile) -> row(x integer, y integer) => tile_coordinates({0})
"""


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
