// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// How the page looks: in light and dark, on a phone and on a desk.

#ifndef TATTLE_PLUGIN_PAGE_STYLE_H_
#define TATTLE_PLUGIN_PAGE_STYLE_H_

#include "plugin/page/html.h"

namespace tattle {

// PageStyle is the content of the page's <style>. Every text has a contrast of 4.5 at least to what
// is behind it (WCAG 2.1, AA).
Markup PageStyle();

}  // namespace tattle

#endif  // TATTLE_PLUGIN_PAGE_STYLE_H_
