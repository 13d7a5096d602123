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

#define DAHDI_MAX_DTMF_BUF 256

struct dahdi_dialoperation {
	int op;
	char dialstr[DAHDI_MAX_DTMF_BUF];
};

#define DAHDI_DIAL_OP_REPLACE 2

#define DAHDI_SIG_FXSLS	       (1 << 0 | 1 << 13)
#define DAHDI_SIG_FXSGS	       (1 << 1 | 1 << 13)
#define DAHDI_SIG_FXSKS	       (1 << 2 | 1 << 13)
#define DAHDI_SIG_FXOLS	       (1 << 3 | 1 << 12)
#define DAHDI_SIG_FXOGS	       (1 << 4 | 1 << 12)
#define DAHDI_SIG_FXOKS	       (1 << 5 | 1 << 12)
#define DAHDI_SIG_EM	       (1 << 6)
#define DAHDI_SIG_CAS	       (1 << 15)
#define DAHDI_SIG_HDLCFCS      (1 << 9 | 1 << 8 | 1 << 7)
#define DAHDI_POLICY_IMMEDIATE 0

#define DAHDI_ABIT 8 /* of the signalling bits of a channel */
#define DAHDI_BBIT 4

/* What DAHDI_HOOK takes. */
#define DAHDI_ONHOOK  0
#define DAHDI_OFFHOOK 1
#define DAHDI_WINK    2
#define DAHDI_START   4
#define DAHDI_RING    5

#define DAHDI_RXSIG_ONHOOK 0 /* of rxhooksig; -1: the span has none */

#define DAHDI_TONE_STOP (-1) /* what DAHDI_SENDTONE takes; others are of the channel's zone */
#define DAHDI_TONE_BUSY 1

#define DAHDI_EVENT_NONE	 0
#define DAHDI_EVENT_ONHOOK	 1
#define DAHDI_EVENT_RINGOFFHOOK	 2
#define DAHDI_EVENT_WINKFLASH	 3
#define DAHDI_EVENT_ALARM	 4
#define DAHDI_EVENT_NOALARM	 5
#define DAHDI_EVENT_DIALCOMPLETE 9
#define DAHDI_EVENT_RINGERON	 10
#define DAHDI_EVENT_RINGEROFF	 11
#define DAHDI_EVENT_HOOKCOMPLETE 12
#define DAHDI_EVENT_BITSCHANGED	 13
#define DAHDI_EVENT_PULSE_START	 14
#define DAHDI_EVENT_POLARITY	 17
#define DAHDI_EVENT_RINGBEGIN	 18
#define DAHDI_EVENT_REMOVED	 20
#define DAHDI_EVENT_PULSEDIGIT	 (1 << 16) /* with the digit */

#define DAHDI_FLUSH_READ 1

#define DAHDI_FLUSH	  _IOW(DAHDI_CODE, 3, int)
#define DAHDI_GET_PARAMS  _IOWR(DAHDI_CODE, 5, struct dahdi_params)
#define DAHDI_HOOK	  _IOW(DAHDI_CODE, 7, int)
#define DAHDI_GETEVENT	  _IOR(DAHDI_CODE, 8, int)
#define DAHDI_SETCONF	  _IOWR(DAHDI_CODE, 13, struct dahdi_confinfo)
#define DAHDI_SENDTONE	  _IOW(DAHDI_CODE, 21, int)
#define DAHDI_SET_BUFINFO _IOW(DAHDI_CODE, 27, struct dahdi_bufferinfo)
#define DAHDI_AUDIOMODE	  _IOW(DAHDI_CODE, 32, int)
#define DAHDI_DIAL	  _IOW(DAHDI_CODE, 31, struct dahdi_dialoperation)
#define DAHDI_SPECIFY	  _IOW(DAHDI_CODE, 38, int)
#define DAHDI_SETPOLARITY _IOW(DAHDI_CODE, 92, int)

#endif
