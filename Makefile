# SPDX-License-Identifier: GPL-2.0
# Phonion: `make help` lists what there is to make.

BUILD   ?= build
KVER    ?= $(shell selftests/kver)
PREFIX  ?= /usr/local
DESTDIR ?=

OPT     := -O2 -g
HARDEN  := -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fcf-protection
# `make SANITIZE=1 BUILD=...` is what `make asan` and `make unit` run.
ifdef SANITIZE
OPT     := -O1 -g -fno-omit-frame-pointer
HARDEN  := -fsanitize=address,undefined -fno-sanitize-recover=all
endif
# And this is how `make fuzz` compiles: clang alone has libFuzzer.
ifdef FUZZ
CC      := clang
OPT     := -O1 -g -fno-omit-frame-pointer
HARDEN  := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
CFLAGS  ?= -Wall -Wextra -Wno-missing-field-initializers
endif

PKGS      := liburing libmnl libnftnl libosip2 jansson libconfig openssl \
	sqlite3 libpq libcurl libmicrohttpd gnutls sndfile fftw3
# Asked once, and only by what compiles: a machine before setup has no pkg-config.
PKG_CFLAGS = $(eval PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS)))$(PKG_CFLAGS)
PKG_LIBS   = $(eval PKG_LIBS := $(shell pkg-config --libs $(PKGS)))$(PKG_LIBS)

# ISDN is there if libpri is; HAVE_PRI= leaves it out.
HAVE_PRI ?= $(if $(wildcard /usr/include/libpri.h /usr/local/include/libpri.h),1)
PRI_SRC  := $(if $(HAVE_PRI),,$(filter-out ctld/isdn/q850.c,$(wildcard ctld/isdn/*.c ctld/call/pri_*.c)))
PRI_UNIT := $(if $(HAVE_PRI),,$(wildcard selftests/unit/isdn_*_test.c))
# MFC/R2 is there if libopenr2 is, installed or from `make setup`; HAVE_R2= leaves it out.
export OPENR2 ?= $(abspath $(BUILD))/kernel/openr2
R2_INSTALLED := $(wildcard /usr/include/openr2.h /usr/local/include/openr2.h)
R2_FETCHED := $(if $(R2_INSTALLED),,$(wildcard $(OPENR2)/include/openr2.h))
HAVE_R2 ?= $(if $(R2_INSTALLED)$(R2_FETCHED),1)
R2_SRC  := $(if $(HAVE_R2),,$(wildcard ctld/cas/r2*.c))
R2_UNIT := $(if $(HAVE_R2),,$(wildcard selftests/unit/cas_r2_*test.c))
# Fuzzed is libpri itself, from the source that `make setup` fetches.
LIBPRI   ?= $(BUILD)/kernel/libpri
PRI_FUZZ := $(if $(and $(HAVE_PRI),$(wildcard $(LIBPRI)/q931.c)),,selftests/fuzz/isdn.c)

# Sanitizers look after what is freed themselves.
WIPE_SRC := $(if $(SANITIZE)$(FUZZ),ctld/log/wipe.c)

CFLAGS  ?= -Wall -Wextra
COMPILE  = $(CC) -std=gnu11 -fPIE $(OPT) $(HARDEN) -D_GNU_SOURCE= -Ictld -Ikmod/include/uapi -I. \
	$(if $(HAVE_PRI),-DHAVE_PRI) $(if $(HAVE_R2),-DHAVE_R2 $(R2_FETCHED:%/openr2.h=-isystem %)) $(PKG_CFLAGS) $(CPPFLAGS) $(CFLAGS)
LINK     = $(CC) -pie -Wl,-z,relro,-z,now,--as-needed $(filter -fsanitize%,$(HARDEN)) $(LDFLAGS)
LDLIBS   = $(PKG_LIBS) $(if $(HAVE_PRI),-lpri) $(if $(HAVE_R2),$(R2_FETCHED:%/include/openr2.h=-L%/lib) -lopenr2) -lpthread -lm

# Everything that more than one program uses is one archive; each program and each
# unit test takes what it needs. The core is the very source that the module has.
sources   = $(sort $(foreach d,$1,$(wildcard $d/*.c $d/*/*.c $d/*/*/*.c)))
objects   = $(patsubst %.c,$(BUILD)/obj/%.o,$1)
DAEMONS  := $(wildcard ctld/main.c ctld/brokerd.c)
TOOLS    := $(patsubst tools/%/main.c,%,$(wildcard tools/*/main.c))
LIB_SRC  := $(filter-out $(DAEMONS) $(PRI_SRC) $(R2_SRC) $(WIPE_SRC),$(call sources,ctld)) $(wildcard kmod/core/*.c dahdi-bridge/core/*.c tools/lib/*.c tools/mos/*.c tools/anonymity/*.c tools/sim/*.c)
TOOL_SRC := $(call sources,$(TOOLS:%=tools/%))
UNIT_SRC := $(filter-out $(PRI_UNIT) $(R2_UNIT),$(wildcard selftests/unit/*_test.c))
UNITS    := $(UNIT_SRC:selftests/unit/%.c=$(BUILD)/unit/%)
FUZZ_SRC := $(filter-out $(PRI_FUZZ),$(wildcard selftests/fuzz/*.c selftests/fuzz/planted/*.c))
FUZZERS  := $(FUZZ_SRC:selftests/fuzz/%.c=$(BUILD)/bin/%)
PROGRAMS := $(patsubst ctld/brokerd.c,$(BUILD)/phonion-brokerd,$(DAEMONS:ctld/main.c=$(BUILD)/phonion-ctld)) \
	$(TOOLS:%=$(BUILD)/%)

# What the tests have at the other end of a span.
PHONE    := $(if $(HAVE_PRI),$(BUILD)/pri_phone)

all: $(PROGRAMS) $(PHONE) $(BUILD)/xdp.bpf.o	## daemons and tools, into build/

$(BUILD)/phonion-ctld: $(BUILD)/obj/ctld/main.o
$(BUILD)/phonion-brokerd: $(BUILD)/obj/ctld/brokerd.o
$(foreach t,$(TOOLS),$(eval $(BUILD)/$t: $(call objects,$(call sources,tools/$t))))
$(PROGRAMS): $(BUILD)/libphonion.a
	$(LINK) -o $@ $(filter %.o,$^) $(filter %.a,$^) $(LDLIBS)

$(BUILD)/pri_phone: $(BUILD)/obj/selftests/isdn/phone.o $(BUILD)/libphonion.a
	$(LINK) -Wl,--wrap=read,--wrap=write -o $@ $^ $(LDLIBS)

$(UNITS): $(BUILD)/unit/%: $(BUILD)/obj/selftests/unit/%.o $(BUILD)/libphonion.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LDLIBS) -lcmocka

$(FUZZERS): $(BUILD)/bin/%: $(BUILD)/obj/selftests/fuzz/%.o $(BUILD)/libphonion.a
	@mkdir -p $(@D)
	$(LINK) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

# With the fuzzers' coverage, and its heap in their hands (pri_heap.h).
PRI_PARTS = $(filter-out pridump pritest rosetest testprilib version,$(basename $(notdir $(wildcard $(LIBPRI)/*.c))))
$(BUILD)/libpri/%.o: $(LIBPRI)/%.c
	@mkdir -p $(@D)
	$(CC) -w -O2 -g -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address \
		-Dmalloc=pri_malloc -Dcalloc=pri_calloc -Dfree=pri_free -c -o $@ $<
$(BUILD)/bin/isdn: $(PRI_PARTS:%=$(BUILD)/libpri/%.o)

$(BUILD)/libphonion.a: $(call objects,$(LIB_SRC))
	@mkdir -p $(@D)
	@rm -f $@
	ar rcs $@ $^

# Asks the module from within a driver. -g: its types must be there to be matched.
BPF_COMPILE = clang -target bpf -O2 -g -Wall -Wextra -I/usr/include/$(shell uname -m)-linux-gnu
$(BUILD)/xdp.bpf.o: kmod/bpf/xdp.bpf.c
	@mkdir -p $(@D)
	$(BPF_COMPILE) -c -o $@ $<
$(BUILD)/bench/%.bpf.o: bench/bpf/%.bpf.c
	@mkdir -p $(@D)
	$(BPF_COMPILE) -c -o $@ $<

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(call objects,$(LIB_SRC) $(TOOL_SRC) $(UNIT_SRC) $(FUZZ_SRC) $(DAEMONS) selftests/isdn/phone.c))

asan:			## the same with AddressSanitizer and UBSan, into build/asan/
	$(MAKE) BUILD=$(BUILD)/asan SANITIZE=1 all

unit:			## run the unit tests, under the sanitizers
	$(MAKE) BUILD=$(BUILD)/asan SANITIZE=1 run-units
run-units: $(UNITS)
	selftests/lib/cmocka $(UNITS)

fuzz:			## run the fuzzers, each for FUZZ_SECONDS (5)
	$(MAKE) BUILD=$(BUILD)/fuzz LIBPRI=$(abspath $(BUILD))/kernel/libpri FUZZ=1 run-fuzzers
run-fuzzers: $(FUZZERS)
	selftests/fuzz/run $(FUZZERS)

# The kernel's build system writes beside the sources that it reads, so it reads
# a copy of the tree made of symbolic links.
KDIR = $(firstword $(wildcard /lib/modules/$(KVER)/build /usr/src/linux-headers-$(KVER) \
	$(abspath $(BUILD))/kernel/$(KVER)/build))
KOBJ = $(abspath $(BUILD))/kmod/$(KVER)
KMAKE = $(MAKE) --no-print-directory -C $(KDIR) M=$(KOBJ)

modules:		## the kernel module, for KVER (default: running or newest headers)
	$(if $(KDIR),,$(error no kernel headers for KVER=$(KVER)))
	@mkdir -p $(KOBJ) && flock $(BUILD)/kmod/lock $(MAKE) --no-print-directory modules-locked
modules-locked:
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kmod $(KOBJ)
	@find $(KOBJ) -xtype l -delete
	$(KMAKE) modules
	@kmod/btf $(KOBJ)/kmod/phonion.ko $(KVER) $(wildcard $(BUILD)/kernel/$(KVER)/vmlinuz)
	@ln -sfn $(KVER)/kmod/phonion.ko $(BUILD)/kmod/phonion.ko

# TDM: Debian's DAHDI, of which only what a guest needs is built, and our module
# beside it. On a machine with cards, dahdi-dkms has built and installed the rest.
DAHDI = $(firstword $(wildcard /usr/src/dahdi-[0-9]* $(BUILD)/kernel/dahdi))
DOBJ  = $(abspath $(BUILD))/dahdi/$(KVER)
DMAKE = $(MAKE) --no-print-directory -C $(KDIR) DAHDI_INCLUDE=$(DOBJ)/dahdi/include

dahdi: modules		## the TDM module and DAHDI, for KVER; needs dahdi-dkms or `make setup`
	$(if $(DAHDI),,$(error no source of DAHDI: install dahdi-dkms or run selftests/setup))
	@mkdir -p $(DOBJ)/dahdi/drivers && flock $(BUILD)/dahdi/lock $(MAKE) --no-print-directory dahdi-locked
dahdi-locked:
	@cp -ru $(DAHDI)/include $(DOBJ)/dahdi
	@cp -ru $(DAHDI)/drivers/dahdi $(DOBJ)/dahdi/drivers
	@cp -rsf $(CURDIR)/dahdi-bridge $(CURDIR)/kmod $(CURDIR)/bench/tdm $(DOBJ)
	@find $(DOBJ) -xtype l -delete
	@# The module's symbols may have changed: kbuild does not look at another's list again.
	@find $(DOBJ)/dahdi-bridge -name Module.symvers ! -newer $(KOBJ)/Module.symvers -delete
	$(DMAKE) M=$(DOBJ)/dahdi/drivers/dahdi CONFIG_DAHDI=m CONFIG_DAHDI_DYNAMIC=m \
		CONFIG_DAHDI_DYNAMIC_LOC=m C=0 modules
	$(DMAKE) M=$(DOBJ)/dahdi-bridge \
		KBUILD_EXTRA_SYMBOLS="$(KOBJ)/Module.symvers $(DOBJ)/dahdi/drivers/dahdi/Module.symvers" modules
	$(DMAKE) M=$(DOBJ)/tdm \
		KBUILD_EXTRA_SYMBOLS=$(DOBJ)/dahdi/drivers/dahdi/Module.symvers modules

style:			## checkpatch, sparse, clang-format, shellcheck
	MAKE="$(MAKE)" selftests/style
format:			## let clang-format rewrite the userspace sources
	selftests/style --fix

setup:			## packages and guest kernel that the rest needs
	selftests/setup $(if $(filter command% environ%,$(origin KVER)),$(KVER))
check: setup		## set up, build and test everything
	$(MAKE) -j$(shell nproc) all asan dahdi
	MAKE="$(MAKE)" selftests/check
check-debug: setup	## the module's tests on a kernel with every detector on; builds that kernel once
	$(MAKE) -j$(shell nproc) all modules
	MAKE="$(MAKE)" selftests/debug/check
demo: setup		## two calls through three relays, in guests
	$(MAKE) -j$(shell nproc) all dahdi
	selftests/demo/run

bench: bench-parts	## instructions a packet, beside the kernel's own ways
	bench/run
bench-parts: modules $(BUILD)/xdp.bpf.o $(BUILD)/bench/redirect.bpf.o $(BUILD)/bench/drop.bpf.o $(BUILD)/bench/relay $(BUILD)/bench/dataplane
bench-native:		## a packet at native speed, as ratios; builds a User-Mode Linux once
	bench/native/run
bench-tdm: dahdi	## instructions a telephone channel and tick, beside DAHDI's own
	bench/run-tdm
bench-calls: all modules	## what a call costs, beside Kamailio and rtpengine
	bench/run-calls
bench-broker: all	## reservations a second, and a directory of 10,000 relays
	bench/broker/run
bench-path: $(BUILD)/bench/path	## CPU time from a directory of 10,000 relays to a path
	$(BUILD)/bench/path
$(BUILD)/bench/path: $(BUILD)/obj/bench/path/main.o $(BUILD)/libphonion.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LDLIBS)

$(BUILD)/bench/relay: $(BUILD)/obj/bench/relay/main.o
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LDLIBS)

$(BUILD)/bench/dataplane: $(BUILD)/obj/bench/dataplane/main.o $(BUILD)/libphonion.a
	@mkdir -p $(@D)
	$(LINK) -o $@ $^ $(LDLIBS)

voice: all dahdi	## how good a call is: plain, through relays, as over Tor
	bench/voice/run

anonymity: all		## who links a call's two ends: every way to call, every adversary
	bench/anonymity/run

# What there is to install beside the programs: FILE=DIRECTORY.
share   := $(PREFIX)/share
EXTRAS  := $(BUILD)/xdp.bpf.o=$(PREFIX)/lib/phonion \
	$(foreach s,1 5 8,$(patsubst %,%=$(share)/man/man$s,$(wildcard ctld/*.$s tools/*/*.$s Documentation/*.$s))) \
	$(patsubst %,%=$(share)/bash-completion/completions,$(wildcard tools/*/completion/*)) \
	$(patsubst %,%=$(share)/doc/phonion,$(wildcard Documentation/*.conf)) \
	$(patsubst %,%=$(PREFIX)/lib/systemd/system,$(wildcard ctld/*.service))
BINS    := $(patsubst %,$(BUILD)/%=$(PREFIX)/bin,$(TOOLS)) \
	$(patsubst %,%=$(PREFIX)/sbin,$(filter-out $(TOOLS:%=$(BUILD)/%),$(PROGRAMS)))
which    = $(firstword $(subst =, ,$1))
where    = $(DESTDIR)$(lastword $(subst =, ,$1))
define newline


endef

install: all modules	## into DESTDIR and PREFIX, the module for KVER
	$(foreach f,$(BINS),install -D -m 755 -t $(call where,$f) $(call which,$f)$(newline)	)
	$(foreach f,$(EXTRAS),install -D -m 644 -t $(call where,$f) $(call which,$f)$(newline)	)
	sed -i 's|@PREFIX@|$(PREFIX)|' \
		$(patsubst ctld/%,$(DESTDIR)$(PREFIX)/lib/systemd/system/%,$(wildcard ctld/*.service))
	$(KMAKE) CONFIG_MODULE_SIG_ALL= DEPMOD=true INSTALL_MOD_PATH=$(DESTDIR) \
		INSTALL_MOD_DIR=updates modules_install
	$(if $(DESTDIR),,depmod $(KVER))
	$(if $(DESTDIR),,depmod $(KVER))
install-dahdi: dahdi	## the TDM module, for KVER; DAHDI itself is dahdi-dkms's
	$(DMAKE) M=$(DOBJ)/dahdi-bridge CONFIG_MODULE_SIG_ALL= DEPMOD=true INSTALL_MOD_PATH=$(DESTDIR) \
		INSTALL_MOD_DIR=updates modules_install
	$(if $(DESTDIR),,depmod $(KVER))
# For dkms(8), which builds the module anew for each kernel: `dkms install phonion/VERSION`.
VERSION  = $(shell sed -n 's/^MODULE_VERSION("\(.*\)");/\1/p' kmod/main.c)
DKMS_SRC = $(DESTDIR)/usr/src/phonion-$(VERSION)
install-dkms:		## the module's source, into DESTDIR/usr/src, for dkms
	install -d $(DKMS_SRC)
	cp -r Kbuild kmod $(DKMS_SRC)
	sed 's/@VERSION@/$(VERSION)/' kmod/dkms.conf >$(DKMS_SRC)/dkms.conf
	rm $(DKMS_SRC)/kmod/dkms.conf
uninstall:		## what install put there
	rm -f $(foreach f,$(BINS) $(EXTRAS),$(call where,$f)/$(notdir $(call which,$f)))
	rm -f $(DESTDIR)/lib/modules/$(KVER)/updates/kmod/phonion.ko \
		$(DESTDIR)/lib/modules/$(KVER)/updates/phonion_dahdi.ko
	$(if $(DESTDIR),,depmod $(KVER))

clean:			## all that was built, but not the guest's kernel
	@mkdir -p $(BUILD)
	find $(BUILD) -mindepth 1 -maxdepth 1 ! -name kernel -exec rm -rf {} +

help:			## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 12

.PHONY: all voice anonymity asan unit run-units fuzz run-fuzzers modules modules-locked dahdi dahdi-locked style format setup check check-debug demo bench bench-parts bench-native bench-tdm \
	bench-calls bench-broker bench-path install install-dahdi install-dkms uninstall clean help
.DELETE_ON_ERROR:
