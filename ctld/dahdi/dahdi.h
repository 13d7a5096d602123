/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the daemon uses of DAHDI's <dahdi/user.h>, which no package installs.
 * Names and values are DAHDI's.
 */
#ifndef PHONION_DAHDI_H
#define PHONION_DAHDI_H

#include <stdint.h>
#include <sys/ioctl.h>

#define DAHDI_CODE  0xDA
#define DAHDI_ELAST 500 /* errno of read and write: an event waits */

struct dahdi_bufferinfo {
	int txbufpolicy, rxbufpolicy, numbufs, bufsize, readbufs, writebufs;
};

struct dahdi_params {
	int channo, spanno, chanpos, sigtype, sigcap, rxisoffhook, rxbits, txbits, txhooksig;
	int rxhooksig, curlaw, idlebits;
	char name[40];
	int prewinktime, preflashtime, winktime, flashtime, starttime, rxwinktime, rxflashtime;
	int debouncetime, pulsebreaktime, pulsemaketime, pulseaftertime;
	uint32_t chan_alarms;
};

struct dahdi_confinfo {
	int chan, confno, confmode; /* chan 0: the descriptor's own */
};

#define DAHDI_LAW_ALAW	      2
#define DAHDI_CONF_NORMAL     0
#define DAHDI_CONF_DIGITALMON 9 /* what confno receives is sent here, octet by octet */

#define DAHDI_SIG_HDLCFCS      (1 << 9 | 1 << 8 | 1 << 7)
#define DAHDI_POLICY_IMMEDIATE 0

#define DAHDI_EVENT_NONE    0
#define DAHDI_EVENT_ALARM   4
#define DAHDI_EVENT_NOALARM 5

#define DAHDI_GET_PARAMS  _IOWR(DAHDI_CODE, 5, struct dahdi_params)
#define DAHDI_GETEVENT	  _IOR(DAHDI_CODE, 8, int)
#define DAHDI_SETCONF	  _IOWR(DAHDI_CODE, 13, struct dahdi_confinfo)
#define DAHDI_SET_BUFINFO _IOW(DAHDI_CODE, 27, struct dahdi_bufferinfo)
#define DAHDI_AUDIOMODE	  _IOW(DAHDI_CODE, 32, int)
#define DAHDI_SPECIFY	  _IOW(DAHDI_CODE, 38, int)

#endif
