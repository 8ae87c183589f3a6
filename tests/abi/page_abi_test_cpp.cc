// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The same program in C++: the header is both.

// NOLINTNEXTLINE(bugprone-suspicious-include): that is what this file is for
#include "tests/abi/page_abi_test.c"
