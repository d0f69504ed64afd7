/** Whether segments merged by the network card or the kernel (GRO, GSO, TSO) fit the snap length. */
import { SNAP_LENGTH_BYTES } from '../sources/capture-spec.ts';
import { type DoctorCheck, ok, warning } from './doctor-check.ts';
import { programOutput } from './program-output.ts';

/** What `ip -details -json link` says of an interface; older versions leave the sizes out. */
interface Link {
  readonly ifname: string;
  readonly mtu: number;
  readonly operstate?: string;
  readonly flags?: readonly string[];
  readonly gso_max_size?: number;
  readonly gro_max_size?: number;
}

export async function checkInterfaces(): Promise<readonly DoctorCheck[]> {
  const output = await programOutput('ip', '-details', '-json', 'link', 'show', 'up');
  if (output === undefined) {
    return [
      warning('interfaces', 'the program ip is missing, so offload was not looked at', 'apt-get install iproute2'),
    ];
  }
  return linkChecks(output);
}

/** @param json output of `ip -details -json link` */
export function linkChecks(json: string): readonly DoctorCheck[] {
  const links = (JSON.parse(json) as Partial<Link>[]).filter((link): link is Link => link.ifname !== undefined);
  if (links.length === 0) return [warning('interfaces', 'none is up', 'ip link set lo up')];
  return links.map(linkCheck);
}

function linkCheck(link: Link): DoctorCheck {
  const name = `interface ${link.ifname}`;
  const merged = Math.max(link.gso_max_size ?? 0, link.gro_max_size ?? 0);
  const detail = `MTU ${link.mtu}, merged segments up to ${merged || 'an unknown size'}, snap length ${SNAP_LENGTH_BYTES}`;
  if (Math.max(merged, link.mtu) <= SNAP_LENGTH_BYTES) return ok(name, detail);
  return warning(
    name,
    `${detail}: longer segments are cut and show as gaps`,
    `ip link set ${link.ifname} gso_max_size 65536 gro_max_size 65536`,
  );
}
