// SPDX-License-Identifier: GPL-2.0
/* The parsing and writing of events is the very source that phonion.ko has. */
#include "kmod/core/rtp.c"
