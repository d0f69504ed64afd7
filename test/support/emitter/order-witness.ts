/**
 * A target that answers after random times and sees whether each client's requests keep their order: the request of a
 * step has come at most as often as the one of the step before was answered. That holds for all copies of a client
 * exactly when it can hold for each.
 */
import { seededRandom } from '../packets/index.ts';
import { answer, type SeenRequest, serve } from './script-server.ts';

export interface OrderWitness {
  readonly url: string;
  /** `/client/step` → how often it came. */
  readonly came: ReadonlyMap<string, number>;
  /** Requests that came before the answer they had to wait for. */
  readonly early: readonly string[];
  /** Most requests that were under way at once. */
  readonly mostAtOnce: () => number;
  close(): Promise<void>;
}

/** @param maxAnswerMs answers take 0 to so long, some of them none */
export async function startOrderWitness(maxAnswerMs: number, seed = 7): Promise<OrderWitness> {
  const random = seededRandom(seed);
  const came = new Map<string, number>();
  const answered = new Map<string, number>();
  const early: string[] = [];
  let underWay = 0;
  let mostAtOnce = 0;
  const act = ({ head, socket }: SeenRequest): void => {
    const path = head.split(' ', 2)[1] as string;
    const [, client, step] = path.split('/');
    const count = (came.get(path) ?? 0) + 1;
    came.set(path, count);
    if (step !== '0' && count > (answered.get(`/${client}/${Number(step) - 1}`) ?? 0)) early.push(path);
    underWay++;
    mostAtOnce = Math.max(mostAtOnce, underWay);
    const reply = (): void => {
      underWay--;
      answered.set(path, (answered.get(path) ?? 0) + 1);
      socket.write(answer(200));
    };
    const waitMs = random() * maxAnswerMs;
    if (waitMs < 1) reply();
    else setTimeout(reply, waitMs);
  };
  const { url, close } = await serve(act);
  return { url, came, early, mostAtOnce: () => mostAtOnce, close };
}
