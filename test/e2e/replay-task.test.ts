/** A replay whose document says it all: checked, sent, followed while it runs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { jsonLines, run, start } from '../support/cli/bytecopy.ts';
import { conversation } from '../support/packets/index.ts';
import { describeWith, testWith } from '../support/requirements.ts';
import { type CountingServer, startCountingServer } from '../support/servers/counting-server.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';

interface Report {
  readonly answered: number;
  readonly notSent: Readonly<Record<string, number>>;
}

describeWith(['build'], 'replay --task', () => {
  let folder: string;
  let recording: string;
  let task: string;
  let servers: readonly CountingServer[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bytecopy-task-'));
    recording = join(folder, 'recording.pcap');
    task = join(folder, 'task.yaml');
    const talk = conversation({ stepMicros: 1_000 }).handshake();
    for (let n = 0; n < 20; n++) talk.client(`GET /items/${n} HTTP/1.1\r\nHost: shop\r\n\r\n`).server(OK);
    for (let n = 0; n < 4; n++) talk.client('GET /admin/log HTTP/1.1\r\nHost: shop\r\n\r\n').server(OK);
    await writeFile(recording, talk.pcap());
    servers = await Promise.all([startCountingServer(), startCountingServer(), startCountingServer()]);
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await rm(folder, { recursive: true });
  });

  const url = (index: number): string => (servers[index] as CountingServer).url;
  const counts = (): readonly number[] => servers.map(({ asked }) => asked.length);

  testWith([], 'pools by weight, and rules, all from the document', async () => {
    await writeFile(
      task,
      `
file: ${recording}
qps: max
loop: 10
pools:
  - name: main
    targets: ["${url(0)} weight=3", { to: "${url(1)}" }]
  - name: spare
    standby: true
    targets: ["${url(2)}"]
rules:
  - name: no admin
    match: { path: /admin/* }
    do: leave-out
  - name: dev
    do: { set-header: { X-Env: dev } }
`,
    );
    const ended = await run(['replay', '--task', task, '--json']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(counts()).toEqual([150, 50, 0]);
    expect(servers[0]?.asked.every(({ headers }) => headers['x-env'] === 'dev')).toBe(true);
    expect((JSON.parse(ended.stdout) as Report).answered).toBe(200);
  });

  testWith([], 'flags win over the document', async () => {
    await writeFile(task, `file: ${recording}\nto: ${url(0)}\nspeed: 0.001\nwhere: path:/admin/*\n`);
    const ended = await run(['replay', '--task', task, '--to', url(1), '--qps', 'max', '--where', 'path:/items/1']);
    expect(ended.code, ended.stderr).toBe(0);
    expect(counts()).toEqual([0, 1, 0]);
  });

  testWith([], 'a faulty document: every fault on a line of its own, nothing is sent, exit code 2', async () => {
    await writeFile(task, `file: ${recording}\nto: ${url(0)}\nqps: fast\nrulez: []\n`);
    const ended = await run(['replay', '--task', task]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('has 2 faults:\n  line 3, qps: "fast" is not');
    expect(ended.stderr).toContain('\n  line 4, rulez: there is no such key; rules is meant?\n');
    expect(counts()).toEqual([0, 0, 0]);
  });

  testWith([], 'no document, no target, and no file of that name: exit code 2', async () => {
    expect(await run(['replay', '--file', recording])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('a target is missing'),
    });
    expect(await run(['replay', '--task', task])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no such file'),
    });
  });

  testWith([], 'a target alone whose weight is 0 takes nothing, and the exit code says so', async () => {
    const ended = await run(['replay', '--file', recording, '--qps', 'max', '--to', `${url(0)} weight=0`]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain('no target available 24');
    expect(counts()).toEqual([0, 0, 0]);
  });

  testWith([], 'values to be learnt without a session are told before anything else, of dry runs too', async () => {
    await writeFile(task, `file: ${recording}\nto: ${url(0)}\ncorrelate: [{ name: t, learn: { from: "json:t" } }]\n`);
    for (const more of [[], ['--dry-run']]) {
      const { code, stderr } = await run(['replay', '--task', task, ...more]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^bytecopy: the task \S+ says correlate and no session/);
    }
    expect((await run(['replay', '--task', task, '--session', 'flow', '--dry-run'])).code).toBe(0);
  });

  testWith([], "a header that the emitter writes itself holds no client's address", async () => {
    const flags = ['replay', '--file', recording, '--to', url(0), '--client-address', 'X-Bytecopy-Replay'];
    const ended = await run(flags);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/^bytecopy: .*no header for a client's address/);
    expect(counts()).toEqual([0, 0, 0]);
  });

  testWith(
    [],
    'a version that is refused is not in effect: what came with it is done once it is corrected',
    async () => {
      const document = (more: string, rules: string) =>
        `file: ${recording}\nqps: 200\nloop: true\nonlyTargets: ["${url(0).replace('http://', '')}"]\nto: ["${url(0)}"${more}]\nrules: [{ name: env, do: { set-header: { X-Env: ${rules} } } }]\n`;
      await writeFile(task, document('', 'old'));
      const running = start(['replay', '--task', task]);
      await servers[0]?.reached(5);
      await writeFile(task, document(`, "${url(1)}"`, 'new'));
      await running.says('is not among the allowed ones');
      await writeFile(task, document('', 'new'));
      await vi.waitUntil(() => servers[0]?.asked.at(-1)?.headers['x-env'] === 'new', { timeout: 10_000 });
      expect((await running.interrupt()).code).toBe(130);
      expect(counts()[1]).toBe(0);
    },
  );

  testWith([], 'workers take no changes, and are not said to', async () => {
    const document = (weight: number) =>
      `file: ${recording}\nqps: 100\nloop: true\nworkers: 2\nto: ["${url(0)}", "${url(1)} weight=${weight}"]\n`;
    await writeFile(task, document(1));
    const running = start(['replay', '--task', task]);
    await servers[1]?.reached(5);
    await writeFile(task, document(0));
    await running.says('several workers share the run');
    const ended = await running.interrupt();
    expect(ended.code, ended.stderr).toBe(130);
    expect(ended.stderr).not.toContain('takes nothing new');
  });

  testWith(
    [],
    'while it runs: a target drained and another added, a faulty version told, what has to wait named',
    async () => {
      const document = (targets: string, qps = 200) =>
        `file: ${recording}\nqps: ${qps}\nloop: true\npools: [{ name: main, targets: [${targets}] }]\n`;
      await writeFile(task, document(`"${url(0)}"`));
      const running = start(['replay', '--task', task, '--json']);
      await servers[0]?.reached(10);
      await writeFile(task, document(`"${url(0)} weight=0", "${url(1)}"`, 100));
      await running.says('qps: stays as it was until the next run');
      await servers[1]?.reached(10);
      await writeFile(task, document('nowhere'));
      await running.says('the run goes on with the version before');
      await servers[1]?.reached(20);
      const ended = await running.interrupt();
      expect(ended.code, ended.stderr).toBe(130);
      expect(ended.stderr).toContain(`pools.main: ${url(0)}: weight 0, takes nothing new`);
      expect(ended.stderr).toContain(`pools.main: ${url(1)}: added, weight 1`);
      expect((JSON.parse(ended.stdout) as Report).answered).toBe(counts().reduce((sum, count) => sum + count, 0));
    },
  );

  testWith([], 'SIGHUP with a document does not end the run', async () => {
    await writeFile(task, `file: ${recording}\nto: ["${url(0)}", "${url(1)}"]\nqps: 100\nloop: true\n`);
    const running = start(['replay', '--task', task]);
    await servers[0]?.reached(5);
    running.process.kill('SIGHUP');
    await servers[0]?.reached(15);
    expect((await running.interrupt()).code).toBe(130);
  });

  testWith([], 'targets from a file come and go with it', async () => {
    const list = join(folder, 'targets.txt');
    const place = (index: number) => url(index).replace('http://', '');
    await writeFile(list, `${place(0)}\n`);
    await writeFile(
      task,
      `file: ${recording}\nqps: 200\nloop: true\npools: [{ name: found, from: { kind: file, path: "${list}" } }]\n`,
    );
    const running = start(['replay', '--task', task]);
    await servers[0]?.reached(10);
    await writeFile(list, `${place(1)}\n`);
    await running.says('targets found');
    await servers[1]?.reached(10);
    expect((await running.interrupt()).code).toBe(130);
  });

  testWith([], '--to with weights is one pool; --copy-to gets everything; a report each', async () => {
    const ended = await run([
      ...['replay', '--file', recording, '--qps', 'max', '--json'],
      ...['--to', `${url(0)} weight=2`, '--to', url(1), '--copy-to', url(2)],
    ]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(counts()).toEqual([16, 8, 24]);
    expect(jsonLines<Report>(ended.stdout).map(({ answered }) => answered)).toEqual([24, 24]);
  });

  testWith([], 'a copy that is not there takes nothing from the others, and is the exit code', async () => {
    const gone = url(2);
    await servers[2]?.stop();
    const ended = await run(['replay', '--file', recording, '--qps', '500', '--to', url(0), '--copy-to', gone]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain(gone.replace('http://', ''));
    expect(counts()[0]).toBe(24);
  });

  testWith(
    [],
    '--dry-run shows exchanges with target, reason, rules and changed lines, and sends nothing',
    async () => {
      await writeFile(
        task,
        `
file: ${recording}
qps: max
to: ["${url(0)} weight=2", "${url(1)}"]
rules:
  - name: no admin
    match: { path: /admin/* }
    do: leave-out
  - name: dev host
    do: { set-header: { Host: dev.example } }
`,
      );
      const { code, stdout, stderr } = await run(['replay', '--task', task, '--dry-run', '21']);
      expect(code, stderr).toBe(0);
      const shown = stdout.trimEnd().split('\n\n');
      expect(shown).toHaveLength(21);
      const [first, ...lines] = (shown[0] as string).split('\n');
      expect(first).toMatch(/^GET \/items\/0 {2}\S+$/);
      expect(lines[0]).toMatch(/^ {2}to 127\.0\.0\.1:\d+ of pool targets: by weight$/);
      expect(lines).toContain('  by the rule: dev host');
      expect(lines).toContain('  - Host: shop');
      expect(lines).toContain('  + Host: dev.example');
      expect(shown.filter((text) => text.includes(url(0).replace('http://', '')))).toHaveLength(13);
      expect(shown[20]).toContain('not sent: filtered\n  by the rule: no admin');
      expect(counts()).toEqual([0, 0, 0]);
      const short = await run(['replay', '--task', task, '--dry-run']);
      expect(short.stdout.trimEnd().split('\n\n')).toHaveLength(10);
    },
  );
});
