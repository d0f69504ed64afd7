/** Looking after a store through the socket of the process that owns it, beside what that process does. */
import type {
  Pin,
  RepairProgress,
  RepairRequest,
  RetentionReport,
  RetentionRequest,
  StoreCare,
  StoreOverview,
  VerifyProgress,
  VerifyRequest,
} from '../care/index.ts';
import type { ReportDamage } from '../read/damage.ts';
import { ownerValue, ownerValues } from './owner-call.ts';

const UNHEARD: ReportDamage = () => {};

export class CareClient implements StoreCare {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  repair(request: RepairRequest, report: ReportDamage = UNHEARD): AsyncIterable<RepairProgress> {
    return ownerValues(this.#socketPath, '/repair', request, report);
  }

  verify(request: VerifyRequest, report: ReportDamage = UNHEARD): AsyncIterable<VerifyProgress> {
    return ownerValues(this.#socketPath, '/verify', request, report);
  }

  retain(request: RetentionRequest): Promise<RetentionReport> {
    return ownerValue(this.#socketPath, '/retain', request, UNHEARD);
  }

  overview(): Promise<StoreOverview> {
    return ownerValue(this.#socketPath, '/overview', {}, UNHEARD);
  }

  pins(): Promise<readonly Pin[]> {
    return ownerValue(this.#socketPath, '/pins', {}, UNHEARD);
  }

  async notePin(name: string, pin: Pin | undefined): Promise<void> {
    await ownerValue(this.#socketPath, '/note-pin', { name, ...(pin === undefined ? {} : { pin }) }, UNHEARD);
  }
}
