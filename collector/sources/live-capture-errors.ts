/** Why a live capture cannot begin, as the user gets to read it. One place for the wording of both engines. */
import type { ChildFailed } from './child-report.ts';
import { interfaceNames } from './interfaces.ts';

/** The hint ends with what needs no installation: a namespace in which the caller may capture. */
export function noPrivilege(interfaceName: string, detail: string): ChildFailed {
  return failed(
    'CAPTURE_NO_PRIVILEGE',
    `no permission to capture on interface ${interfaceName}${inBrackets(detail)}`,
    [
      'run it with sudo;',
      `or allow this node to capture: sudo setcap cap_net_raw,cap_net_admin=eip ${process.execPath};`,
      'or try it on a loopback of your own: unshare --user --map-current-user --net --keep-caps sh -c "ip link set lo up; exec $SHELL"',
    ].join('\n'),
  );
}

export function noInterface(interfaceName: string): ChildFailed {
  return failed(
    'CAPTURE_NO_INTERFACE',
    `there is no interface "${interfaceName}"`,
    `interfaces here: any (all of them), ${interfaceNames().join(', ')}`,
    2,
  );
}

export function interfaceDown(interfaceName: string): ChildFailed {
  return failed('CAPTURE_INTERFACE_DOWN', `interface ${interfaceName} is down`, `ip link set ${interfaceName} up`);
}

export function badFilter(expression: string, detail: string): ChildFailed {
  return failed(
    'CAPTURE_FILTER',
    `the capture filter is not understood: ${detail}`,
    `it was "${expression}"; the language is described in man 7 pcap-filter`,
    2,
  );
}

export function noLibpcap(): ChildFailed {
  return failed(
    'CAPTURE_NO_LIBPCAP',
    'libpcap is not installed',
    'install it: apt-get install libpcap0.8 (Debian, Ubuntu), dnf install libpcap (Fedora), apk add libpcap (Alpine)',
  );
}

export function noCapPackage(detail: string): ChildFailed {
  return failed(
    'CAPTURE_NO_CAP',
    `the optional package cap does not load${inBrackets(detail)}`,
    'it is built on installation and needs a compiler and libpcap-dev: install both, then npm rebuild cap; or use the engine libpcap',
  );
}

export function cannotOpen(interfaceName: string, detail: string): ChildFailed {
  return failed(
    'CAPTURE_CANNOT_OPEN',
    `cannot capture on interface ${interfaceName}: ${detail}`,
    'bytecopy doctor checks what is missing',
  );
}

/** Went wrong after it had begun. */
export function captureBroken(interfaceName: string, detail: string): ChildFailed {
  return failed(
    'CAPTURE_BROKEN',
    `the capture on interface ${interfaceName} broke off: ${detail}`,
    'the packets before it were kept; was the interface taken away?',
  );
}

function failed(code: string, message: string, hint: string, exitCode: ChildFailed['exitCode'] = 1): ChildFailed {
  return { kind: 'failed', code, message, hint, exitCode };
}

function inBrackets(detail: string): string {
  return detail === '' ? '' : ` (${detail})`;
}
