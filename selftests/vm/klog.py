# SPDX-License-Identifier: GPL-2.0
"""What must not be in a kernel's log."""
import re

# Nothing of this may be in the kernel's log, from whatever source.
COMPLAINT = re.compile(r"""
    \bBUG: | \bBUG\s at | \bWARNING: | \bOops\b | Kernel\ panic | \bcut\ here\b
  | general\ protection | (stack\ guard|double|page|divide)\ .*fault:?\ \d{4}
  | possible\ (recursive|circular|irq)\ | inconsistent\ lock\ state | lockdep
  | suspicious\ RCU | INFO:\ (task|rcu|trying\ to\ register|possible)
  | rcu.*\b(self-detected|detected)\b.*stall | soft\ lockup | hard\ LOCKUP
  | scheduling\ while\ atomic | sleeping\ function\ called | bad:\ scheduling
  | (KASAN|KCSAN|KFENCE|KMSAN|UBSAN): | kmemleak:.*\ leak | ODEBUG: | refcount_t
  | list_(add|del)\ corruption | slab.*corrupt | Slab\ .*not\ freed | (Object|Redzone)\ .*overwritten
  | unregister_netdevice:\ waiting | leaked\ reference | Bad\ page\ (state|map)
  | unable\ to\ handle | stack-protector | blocked\ for\ more\ than
  | objects\ remaining\ in\ | hung_task | page\ allocation\ failure | Out\ of\ memory
  | netlink:\ .*\ bytes\ leftover | scheduling\ from\ the\ idle
  | Voluntary\ context\ switch\ within\ RCU | NETDEV\ WATCHDOG
""", re.VERBOSE)
# Boot messages that match and are no complaint.
HARMLESS = re.compile(r"^ \? lockdep_|Lock dependency validator|RCU lockdep checking is enabled|leak detector (initialized|disabled)|lockdep.*(initiali|MAX_)|KFENCE: initialized"
                      r"|netlink: .* in process `fuzz'"
                      r"|rcu:.*(config|INFO: )?.*stall.*(timeout|limit)=")
# Taint bits that only trouble sets: machine check, bad page, died, warned, lockup.
TAINT = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 9 | 1 << 14
