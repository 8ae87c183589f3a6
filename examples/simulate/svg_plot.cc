// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

#include "examples/simulate/svg_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include <fmt/format.h>

namespace tattle::simulate {
namespace {

constexpr double kLeft = 60;
constexpr double kRight = 620;
constexpr double kTop = 40;
constexpr double kBottom = 340;
constexpr double kLegend = 20;  // from one name to the next

constexpr std::size_t kNumColours = 6;

// Told apart also by those who see no red and green. A picture has a ground of its own, since it
// may be shown on a dark page to somebody whose system is set to light. Dashes show a line below
// another.
constexpr const char* kStyle =
    "<style>\n"
    ".b { fill: #fff } svg { fill: #333; stroke-width: 2 }\n"
    ".g { stroke: #ccc; stroke-width: 1 }\n"
    ".c0 { stroke: #0072b2 } .c1 { stroke: #c04e00 } .c2 { stroke: #007d5b }\n"
    ".c3 { stroke: #a3478c } .c4 { stroke: #666 } .c5 { stroke: #806600 }\n"
    ".c2, .c4 { stroke-dasharray: 7 5 }\n"
    "@media (prefers-color-scheme: dark) {\n"
    ".b { fill: #161b22 } svg { fill: #ccc }\n"
    ".g { stroke: #444 }\n"
    ".c0 { stroke: #56b4e9 } .c1 { stroke: #f08a40 } .c2 { stroke: #2fc49a }\n"
    ".c3 { stroke: #e08fc8 } .c4 { stroke: #aaa } .c5 { stroke: #e0c040 }\n"
    "}\n"
    "</style>\n"
    "<rect class=\"b\" width=\"100%\" height=\"100%\"/>\n";

// PowerOfTen writes 1000 as 1 k: a label is short.
std::string PowerOfTen(double power) {
  constexpr std::array<const char*, 4> kUnits = {"", " k", " M", " G"};
  const auto unit = static_cast<std::size_t>(std::clamp(std::floor(power / 3), 0.0, 3.0));
  return fmt::format("{:g}{}", std::pow(10.0, power - 3 * static_cast<double>(unit)),
                     kUnits.at(unit));
}

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string Text(double x, double y, const std::string& anchor, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor,
                     Escaped(text));
}

std::string Stroke(double x1, double y1, double x2, double y2) {
  return fmt::format(
      "<line class=\"g\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>\n", x1, y1, x2,
      y2);
}

// Scale is whole powers of ten around all points.
struct Scale {
  int low = 0;
  int high = 1;

  double At(double x) const {
    return kLeft + (kRight - kLeft) * (std::log10(x) - low) / (high - low);
  }
};

Scale ScaleOf(const Plot& plot) {
  double min = 0;
  double max = 0;
  for (const Line& line : plot.lines) {
    for (const auto& [x, y] : line.points) {
      if (x > 0) {
        min = min == 0 ? x : std::min(min, x);
        max = std::max(max, x);
      }
    }
  }
  if (max == 0) {
    return {};
  }
  Scale scale = {static_cast<int>(std::floor(std::log10(min))),
                 static_cast<int>(std::ceil(std::log10(max)))};
  scale.high = std::max(scale.high, scale.low + 1);
  return scale;
}

double YOf(double share) {
  return kBottom - (kBottom - kTop) * std::clamp(share, 0.0, 1.0);
}

std::string Axes(const Plot& plot, const Scale& scale) {
  std::string out;
  for (int power = scale.low; power <= scale.high; ++power) {
    const double x = scale.At(std::pow(10.0, power));
    out += Stroke(x, kTop, x, kBottom);
    out += Text(x, kBottom + 18, "middle", PowerOfTen(power));
  }
  for (int quarter = 0; quarter <= 4; ++quarter) {
    const double y = YOf(quarter / 4.0);
    out += Stroke(kLeft, y, kRight, y);
    out += Text(kLeft - 6, y + 4, "end", fmt::format("{} %", quarter * 25));
  }
  out += Text((kLeft + kRight) / 2, kTop - 16, "middle", plot.title);
  out += Text((kLeft + kRight) / 2, kBottom + 40, "middle", plot.x_label);
  out += fmt::format(
      "<text transform=\"translate(14 {:.0f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
      (kTop + kBottom) / 2, Escaped(plot.y_label));
  return out;
}

std::string Drawn(const Line& line, const Scale& scale, std::size_t colour) {
  std::string points;
  for (const auto& [x, y] : line.points) {
    if (x > 0) {
      points += fmt::format("{}{:.1f},{:.1f}", points.empty() ? "" : " ", scale.At(x), YOf(y));
    }
  }
  return fmt::format("<polyline fill=\"none\" class=\"c{}\" points=\"{}\"/>\n", colour, points);
}

}  // namespace

std::string WriteSvg(const Plot& plot) {
  const Scale scale = ScaleOf(plot);
  const double height = kBottom + 60 + kLegend * static_cast<double>(plot.lines.size());
  std::string out = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 640 {0:.0f}\" width=\"640\" "
      "height=\"{0:.0f}\" font-family=\"sans-serif\" font-size=\"13\">\n<title>{1}</title>\n{2}",
      height, Escaped(plot.title), kStyle);
  out += Axes(plot, scale);
  for (std::size_t i = 0; i < plot.lines.size(); ++i) {
    const std::size_t colour = i % kNumColours;
    out += Drawn(plot.lines[i], scale, colour);
    const double y = kBottom + 64 + kLegend * static_cast<double>(i);
    out += fmt::format(
        "<line class=\"c{}\" x1=\"{:.0f}\" y1=\"{:.1f}\" x2=\"{:.0f}\" y2=\"{:.1f}\"/>\n", colour,
        kLeft, y - 4, kLeft + 24, y - 4);
    out += Text(kLeft + 32, y, "start", plot.lines[i].name);
  }
  return out + "</svg>\n";
}

}  // namespace tattle::simulate
