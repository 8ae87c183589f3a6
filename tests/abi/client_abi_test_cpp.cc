// SPDX-FileCopyrightText: The Tattle authors
// SPDX-License-Identifier: Apache-2.0

// The same program in C++: the header is both.

#include "tests/abi/client_abi_test.c"
