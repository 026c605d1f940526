"""The documentation's settings. Build it: python -m sphinx -W -b html docs docs/_build/html"""

from __future__ import annotations

import sys
from pathlib import Path

import flask_godwit

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Flask-Godwit"
author = "The Flask-Godwit founders"
copyright = "The Flask-Godwit founders"
version = release = flask_godwit.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_copybutton",
    "sphinx_design",
    "godwit_reference",
]
exclude_patterns = ["_build", "_ext", "tools"]
myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist"]
myst_heading_anchors = 3

# A reference that leads nowhere is an error. What other projects document is not ours to
# resolve: their inventories would have to be downloaded, and a build needs no network.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(flask|sqlalchemy|alembic|click|collections|datetime|os|pathlib|typing)\..*"),
    ("py:class", r"[a-z]+|Any|Callable|Sequence|Mapping|MutableMapping|PathLike|Path|ClassVar"),
    ("py:class", r"Flask|Engine|MetaData|AlembicConfig|ConfigureT|Configure|Config|Directory|XArg"),
    ("py:exc", r"Exception"),
    ("py:attr", r"failure"),
]

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
maximum_signature_line_length = 72
python_use_unqualified_type_names = True
add_module_names = False

# What is shown is what is typed: dashes are made nicer, quotes stay straight.
smartquotes_action = "D"

html_theme = "furo"
html_title = "Flask-Godwit"
html_static_path = ["_static"]
html_css_files = ["godwit.css"]
html_logo = "_static/godwit.svg"
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sphinx = False
# The colours of a black-tailed godwit in spring: chestnut breast, slate bill, pale mud.
html_theme_options = {
    "sidebar_hide_name": False,
    "light_css_variables": {
        "color-brand-primary": "#9a4521",
        "color-brand-content": "#a34a24",
        "color-brand-visited": "#7c4a63",
        "color-api-name": "#8a3d1c",
        "color-api-pre-name": "#8a3d1c",
        "color-background-secondary": "#faf7f3",
        "color-sidebar-background": "#faf7f3",
        "color-sidebar-background-border": "#ece4da",
    },
    "dark_css_variables": {
        "color-brand-primary": "#f0a47a",
        "color-brand-content": "#eda27b",
        "color-brand-visited": "#cf9ab6",
        "color-api-name": "#f2b08c",
        "color-api-pre-name": "#f2b08c",
        "color-background-primary": "#15191c",
        "color-background-secondary": "#1b2125",
        "color-sidebar-background": "#1b2125",
        "color-sidebar-background-border": "#2a3238",
    },
}
pygments_style = "friendly"
pygments_dark_style = "github-dark"

copybutton_prompt_text = "$ "
copybutton_copy_empty_lines = False
