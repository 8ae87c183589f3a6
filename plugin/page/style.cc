// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "plugin/page/style.h"

namespace tattle {
namespace {

constexpr Markup kStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #f6f5f1; --card: #fff; --ink: #1c1f24; --dim: #5b616b; --line: #e1ded6; --link: #1f5a93;
  --ok: #17694a; --ok-paper: #e3f2e9; --ok-fill: #3f9d74;
  --warn: #7a4b00; --warn-paper: #fdf0d3; --warn-fill: #d69a28;
  --bad: #a8121c; --bad-paper: #fdeae8; --bad-fill: #cf3a3f;
  --loud: #a30f1a; --loud-deep: #840a14; --loud-ink: #fff; --empty: #d9d6ce;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #111317; --card: #1a1d22; --ink: #e7e5e0; --dim: #a0a6b0; --line: #2e323a; --link: #8fbdf0;
    --ok: #74d3a6; --ok-paper: #15291f; --ok-fill: #4fae84;
    --warn: #efbb62; --warn-paper: #2d2410; --warn-fill: #cf9a36;
    --bad: #ff938c; --bad-paper: #341618; --bad-fill: #e5595b;
    --loud: #9c1220; --loud-deep: #780c17; --loud-ink: #fff; --empty: #33373f;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
header, main, footer { max-width: 68rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: 0 1rem; align-items: baseline;
  justify-content: space-between; padding-top: 1.1rem; padding-bottom: .7rem; }
p, h1, h2, h3, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
a { color: var(--link); }
code { font: .88em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "Roboto Mono", monospace; }
.brand { font-weight: 700; font-size: 1.1rem; letter-spacing: -.01em; }
.brand span { font-weight: 400; color: var(--dim); margin-left: .3rem; }
.about, .dim, .lead, .more, .axis, footer { color: var(--dim); }
.about, .small, footer { font-size: .87rem; }
.banner { border-radius: 10px; padding: .85rem 1.1rem; border-left: 6px solid; }
.banner h1 { font-size: 1.25rem; line-height: 1.25; letter-spacing: -.01em; }
.banner.ok { background: var(--ok-paper); color: var(--ok); }
.banner.idle { background: var(--card); border-color: var(--line); }
.banner.warn { background: var(--warn-paper); color: var(--warn); }
.banner.loud { background: var(--loud); color: var(--loud-ink); border-color: var(--loud-deep);
  border-radius: 10px 10px 0 0; padding: 1.1rem 1.1rem .9rem; }
.banner.loud h1 { font-size: 1.75rem; }
section { margin-top: 1.9rem; }
section h2 { font-size: 1.08rem; letter-spacing: -.01em; margin-bottom: .3rem; }
section h3 { font-size: .95rem; margin: .7rem 0 .3rem; }
.lead { margin-bottom: .6rem; }
.evidence { margin: 0; background: var(--loud); color: var(--loud-ink); border-radius: 0 0 10px 10px;
  padding: 0 1.1rem 1.1rem; border-left: 6px solid var(--loud-deep); }
.evidence h2 { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.piece { background: var(--loud-deep); border-radius: 8px; padding: .8rem 1rem; }
.piece + .piece { margin-top: .6rem; }
.piece h3 { margin: 0; font-size: 1rem; }
.piece .who { font-size: 1.15rem; font-weight: 700; }
.piece .small { margin-top: .35rem; }
.piece code { display: block; margin-top: .2rem; }
.weight { font-size: .75rem; font-weight: 700; border: 1px solid; border-radius: 99px;
  padding: .05rem .5rem; margin-left: .3rem; white-space: nowrap; }
.evidence .more { color: inherit; padding-top: .6rem; }
.concerns { margin-top: .7rem; }
.concerns li { border-left: 6px solid var(--warn-fill); background: var(--card);
  padding: .5rem .9rem; border-radius: 6px; }
.concerns li + li { margin-top: .35rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.4rem, 1fr)); gap: .6rem; }
.few { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); margin-bottom: .9rem; }
.figures div { background: var(--card); border: 1px solid var(--line); border-radius: 8px;
  padding: .55rem .7rem; display: flex; flex-direction: column; }
.figures dd { font-size: 1.2rem; font-weight: 600; letter-spacing: -.02em; }
.figures dd, .number, .figure, .counters dd, .legend b, .policies dd { font-variant-numeric: tabular-nums; }
.figures dt { color: var(--dim); font-size: .84rem; }
table { width: 100%; border-collapse: separate; border-spacing: 0; background: var(--card);
  border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
th { text-align: left; font-size: .8rem; font-weight: 600; color: var(--dim); padding: .5rem .9rem;
  border-bottom: 1px solid var(--line); white-space: nowrap; }
td { padding: .6rem .9rem; vertical-align: top; }
tr + tr td { border-top: 1px solid var(--line); }
.figure { text-align: right; }
.name { font-weight: 600; }
.name p { font-weight: 400; font-size: .87rem; }
td .dim { font-size: .87rem; }
.certificates .name { width: 23%; }
.certificates td:nth-child(2) { width: 26%; }
.logs .name { width: 30%; }
.number, .figure, .figures dd, .grown, .policies dd, time { white-space: nowrap; }
.scts li + li { margin-top: .15rem; }
.tag { font-size: .76rem; border: 1px solid var(--line); border-radius: 99px; padding: .02rem .5rem;
  color: var(--dim); white-space: nowrap; }
.tag.loud { background: var(--loud); border-color: var(--loud); color: var(--loud-ink);
  font-weight: 700; text-decoration: none; }
.accused td { background: var(--bad-paper); }
.policies { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.4rem, 1fr)); gap: .3rem .4rem; }
.policies div { border: 1px solid var(--line); border-radius: 6px; padding: .2rem .55rem .28rem; }
.policies .chosen { border: 2px solid var(--dim); padding: calc(.2rem - 1px) calc(.55rem - 1px) calc(.28rem - 1px); }
.policies dt { font-size: .78rem; color: var(--dim); }
.policies .chosen dt { color: var(--ink); font-weight: 700; }
.policies dd { font-size: .88rem; }
.ok { color: var(--ok); }
.warn { color: var(--warn); }
.bad { color: var(--bad); }
td .bad, td .warn { font-weight: 600; }
.reason { font-size: .87rem; margin-top: .3rem; }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin-bottom: .5rem; }
.legend li { color: var(--dim); }
.legend b { color: var(--ink); font-weight: 600; margin-left: .15rem; }
.legend .ok::before, .legend .bad::before, .legend .warn::before { content: ""; display: inline-block;
  width: .7em; height: .7em; border-radius: 2px; margin-right: .4em; }
.legend .ok::before { background: var(--ok-fill); }
.legend .bad::before { background: var(--bad-fill); }
.legend .warn::before { background: var(--warn-fill); }
svg { display: block; }
.hours { width: 100%; height: 6rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; padding: .7rem .7rem .5rem; }
rect.ok { fill: var(--ok-fill); }
rect.warn { fill: var(--warn-fill); }
rect.bad { fill: var(--bad-fill); }
rect.none { fill: var(--empty); }
.axis { display: flex; justify-content: space-between; font-size: .84rem; padding: .25rem .7rem 0; }
.growth polyline { fill: none; stroke: var(--ok-fill); stroke-width: 1.75; stroke-linejoin: round; }
.growth circle { fill: var(--ok-fill); }
.accused .growth polyline { stroke: var(--bad-fill); }
.accused .growth circle { fill: var(--bad-fill); }
.counters { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0 1.6rem; }
.counters div { display: flex; justify-content: space-between; gap: 1rem; padding: .22rem 0;
  border-bottom: 1px solid var(--line); }
.counters dt { color: var(--dim); }
.more { padding-top: .4rem; }
footer { padding-top: 1.6rem; padding-bottom: 2rem; }
@media (max-width: 44rem) {
  header, main, footer { padding-left: .85rem; padding-right: .85rem; }
  .figures { grid-template-columns: repeat(2, 1fr); }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; }
  .certificates .name, .certificates td:nth-child(2), .logs .name { width: auto; }
  tr { padding: .55rem 0; }
  tr + tr { border-top: 1px solid var(--line); }
  tr + tr td { border-top: 0; }
  .accused { background: var(--bad-paper); }
  td { padding: .2rem .9rem; }
  td[data-label] { display: grid; grid-template-columns: 6.4rem 1fr; column-gap: .6rem; text-align: left;
    align-items: start; }
  td[data-label]::before { content: attr(data-label); color: var(--dim); font-size: .87rem; grid-row: 1 / span 4; }
  td[data-label] > * { grid-column: 2; }
  .certificates td[data-label] { display: block; padding-top: .35rem; }
  .certificates td[data-label]::before { display: block; padding-bottom: .1rem; }
}
@media print { body { background: #fff; } section { break-inside: avoid; } }
)css";

}  // namespace

Markup PageStyle() {
  return kStyle;
}

}  // namespace tattle
