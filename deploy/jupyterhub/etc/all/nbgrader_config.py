"""nbgrader's configuration for everybody on the hub: which course, and where files change hands."""

c = get_config()  # noqa: F821  (traitlets defines it)

c.CourseDirectory.course_id = "gdl"
c.Exchange.root = "@HUB@/exchange"
