// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// Nothing: meson compiles a precompiled header only for a program that has a source.
