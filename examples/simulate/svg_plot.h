// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Plots of lines, as SVG that stands for itself: no script, no font, no style of others.

#ifndef TATTLE_EXAMPLES_SIMULATE_SVG_PLOT_H_
#define TATTLE_EXAMPLES_SIMULATE_SVG_PLOT_H_

#include <string>
#include <utility>
#include <vector>

namespace tattle::simulate {

struct Line {
  std::string name;
  std::vector<std::pair<double, double>> points;  // x, and y of 0 to 1; in the order of x
};

// Plot is of shares over something that is drawn by its logarithm: what is not above 0 is left out.
struct Plot {
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<Line> lines;
};

// WriteSvg draws a plot, light or dark as the reader's system is set.
std::string WriteSvg(const Plot& plot);

}  // namespace tattle::simulate

#endif  // TATTLE_EXAMPLES_SIMULATE_SVG_PLOT_H_
