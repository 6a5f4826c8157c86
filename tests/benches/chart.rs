//! A chart of ratios as an SVG file, which is readable on a light background and on a dark one.

use crate::Spread;
use std::fmt::Write as _;

/// A measurement's ratios to the WASI 0.2 host.
pub struct Bar {
    pub name: &'static str,
    pub fused: Spread,
    pub by_hand: Option<Spread>,
}

/// The width in pixels, and where the bars begin and end.
const WIDTH: f64 = 820.0;
const LEFT: f64 = 330.0;
const RIGHT: f64 = 770.0;

/// The height above the bars, and that of a bar with the gap below it.
const TOP: f64 = 60.0;
const STEP: f64 = 20.0;
const GAP: f64 = 6.0;

/// The greatest ratio with a bar of its length. Others end here, and a number says how long they are.
const LIMIT: f64 = 2.5;

const STYLE: &str = "
  svg { --page: #fff; --ink: #1f2328; --line: #d1d9e0; --faster: #1a7f8e; --slower: #c4612d }
  @media (prefers-color-scheme: dark) {
    svg { --page: #0d1117; --ink: #e6edf3; --line: #30363d; --faster: #3fa7b5; --slower: #e0854f }
  }
  text { font: 12px sans-serif; fill: var(--ink) }
  .page { fill: var(--page) }
  .line { stroke: var(--line) }
  .one, .spread { stroke: var(--ink) }
  .faster { fill: var(--faster) }
  .slower { fill: var(--slower) }
  .by-hand { fill: var(--page); stroke: var(--ink); stroke-width: 2 }
  .name, .number { text-anchor: end }
  .scale { text-anchor: middle }
";

/// Returns the text of an SVG file.
pub fn draw(bars: &[Bar]) -> String {
    let mut svg = String::new();
    write(bars, &mut svg).expect("a string takes any text");
    svg
}

fn write(bars: &[Bar], svg: &mut String) -> std::fmt::Result {
    let bottom = TOP + bars.len() as f64 * STEP;
    let height = bottom + 10.0;
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" role="img">
<title>Fused guests, as ratios to the same guests on a WASI 0.2 host: less is better</title>
<style>{STYLE}</style>
<rect class="page" width="{WIDTH}" height="{height}"/>"#
    )?;
    key(svg)?;
    for half in 0..=(LIMIT * 2.0) as u8 {
        let ratio = f64::from(half) / 2.0;
        let (at, text) = (place(ratio), TOP - 8.0);
        writeln!(
            svg,
            r#"<line class="line" x1="{at}" x2="{at}" y1="{TOP}" y2="{bottom}"/>
<text class="scale" x="{at}" y="{text}">{ratio}</text>"#
        )?;
    }
    for (number, bar) in bars.iter().enumerate() {
        draw_bar(bar, TOP + number as f64 * STEP + GAP / 2.0, svg)?;
    }
    let one = place(1.0);
    writeln!(
        svg,
        r#"<line class="one" x1="{one}" x2="{one}" y1="{TOP}" y2="{bottom}"/>"#
    )?;
    writeln!(svg, "</svg>")
}

/// Draws what the colours and signs mean.
fn key(svg: &mut String) -> std::fmt::Result {
    writeln!(
        svg,
        r#"<rect class="faster" x="16" y="14" width="24" height="12"/>
<rect class="slower" x="44" y="14" width="24" height="12"/>
<text x="76" y="24">fused, as a ratio to the WASI 0.2 host (1)</text>
<line class="spread" x1="360" x2="384" y1="20" y2="20"/>
<text x="392" y="24">quartiles of the turns</text>
<circle class="by-hand" cx="556" cy="20" r="4"/>
<text x="568" y="24">written for WASI 0.3 by hand</text>"#
    )
}

/// Draws one bar at this height.
fn draw_bar(bar: &Bar, top: f64, svg: &mut String) -> std::fmt::Result {
    let Spread { low, median, high } = bar.fused;
    let class = if median <= 1.0 { "faster" } else { "slower" };
    let (name, thickness) = (bar.name, STEP - GAP);
    let (middle, text) = (top + thickness / 2.0, top + thickness - 3.0);
    writeln!(
        svg,
        r#"<text class="name" x="{}" y="{text}">{name}</text>
<rect class="{class}" x="{LEFT}" y="{top}" width="{:.1}" height="{thickness}"/>
<line class="spread" x1="{:.1}" x2="{:.1}" y1="{middle}" y2="{middle}"/>
<text class="number" x="{}" y="{text}">{median:.2}</text>"#,
        LEFT - 8.0,
        place(median) - LEFT,
        place(low),
        place(high),
        WIDTH - 12.0,
    )?;
    if let Some(by_hand) = bar.by_hand {
        let at = place(by_hand.median);
        writeln!(
            svg,
            r#"<circle class="by-hand" cx="{at:.1}" cy="{middle}" r="4"/>"#
        )?;
    }
    Ok(())
}

/// Returns the horizontal place of a ratio.
fn place(ratio: f64) -> f64 {
    LEFT + ratio.min(LIMIT) / LIMIT * (RIGHT - LEFT)
}
