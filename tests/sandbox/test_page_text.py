"""The text of messages as the page reads it: Discord's Markdown and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

import sandbox

STATIC = Path(sandbox.__file__).parent / "static"
NODE = shutil.which("node")
SCRIPT = """
import { reader } from "./marks.js";
import { readFileSync } from "node:fs";
const names = { user: "@Ana", role: "@Tutor", channel: "# general" };
const name = (kind, id) => (id === "7" ? names[kind] : null);
const time = (ms, style) => `${style} of ${ms}`;
const texts = JSON.parse(readFileSync("texts.json", "utf8"));
console.log(JSON.stringify(texts.map((text) => reader().render(text, { name, time }).trim())));
"""

LINE = '<div class="md-p">{}</div>'
COVER = 'class="spoiler" role="button" tabindex="0" aria-label="Spoiler: reveal"'
READ = {
    "**a** *b* _c_ __d__ ~~e~~ `*f*`": LINE.format(
        "<strong>a</strong> <em>b</em> <em>c</em> <u>d</u> <s>e</s> <code>*f*</code>"
    ),
    "***both*** snake_case_word 2 * 3 * 4": LINE.format(
        "<em><strong>both</strong></em> snake_case_word 2 * 3 * 4",
    ),
    "# One\n### Three\n#### four\n-# small": '<h2 class="md-h1">One</h2>\n<h2 class="md-h3">Three</h2>\n'
    + LINE.format("#### four")
    + '\n<p class="subtext">small</p>',
    "a\n\nb": LINE.format("a\n\nb"),
    "> q\nafter": f"<blockquote>\n{LINE.format('q')}\n</blockquote>\n{LINE.format('after')}",
    ">>> q\nall": "<blockquote>\n" + LINE.format("q\nall") + "\n</blockquote>",
    ">no quote": LINE.format("&gt;no quote"),
    "- a\n  - b\n3. c": '<ul>\n<li>a<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n<ol start="3">\n<li>c</li>\n</ol>',
    "+ a\n1) b": LINE.format("+ a\n1) b"),
    "say ```py\n- 1 < 2\n``` so": LINE.format("say <pre><code>- 1 &lt; 2</code></pre> so"),
    "||**x**|| a || b": LINE.format(
        f'<span {COVER}><span class="spoiler-text" aria-hidden="true"><strong>x</strong></span></span> a || b'
    ),
    "<@7> <@&7> <#7> <@8>": LINE.format(
        '<button type="button" class="mention" data-user="7">@Ana</button> <span class="mention">@Tutor</span> '
        '<button type="button" class="mention" data-channel="7"># general</button> '
        '<span class="mention">@unknown-user</span>'
    ),
    "</quiz practice:1> <:ok:12> @everyone": LINE.format(
        '<button type="button" class="mention" data-command="quiz practice">/quiz practice</button> '
        '<span class="emoji">:ok:</span> <span class="mention">@everyone</span>'
    ),
    "<t:60:R>": LINE.format(
        '<time datetime="1970-01-01T00:01:00.000Z" data-ms="60000" data-style="R" title="F of 60000">R of 60000</time>'
    ),
    "<b onclick=x> &amp; \\*no\\*": LINE.format("&lt;b onclick=x&gt; &amp;amp; *no*"),
    "[x](javascript:alert) ![i](a.png)": LINE.format("[x](javascript:alert) ![i](a.png)"),
    "| a |\n|---|\n\n---\n    code": LINE.format("| a |\n|---|\n\n---\n    code"),
}


@pytest.mark.skipif(NODE is None, reason="node is not installed: apt-get install nodejs")
def test_text_is_read_as_discord_reads_it(tmp_path: Path) -> None:
    """Discord's rules are on, all others of Markdown are off, and markup in a message stays text."""
    assert NODE
    shutil.copy(STATIC / "marks.js", tmp_path)
    shutil.copytree(STATIC / "vendor", tmp_path / "vendor")
    (tmp_path / "package.json").write_text('{"type": "module"}', "utf-8")
    (tmp_path / "texts.json").write_text(json.dumps(list(READ)), "utf-8")
    (tmp_path / "try.js").write_text(SCRIPT, "utf-8")
    done = subprocess.run([NODE, "try.js"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert dict(zip(READ, json.loads(done.stdout), strict=True)) == READ
