/** The stack in containers, held against the service's own settings: names, values, hubs, ports, and who waits for whom. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { readHubs } from '../../local/hubs/options.ts';
import { hashOf } from '../../src/access/key.ts';
import { readKeys } from '../../src/access/keysFile.ts';
import { readArguments } from '../../src/cli/arguments.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { type Config, durationMs, knownNames, ROLES, type Role, readConfig } from '../../src/config.ts';
import { PACKING } from '../bench/lab.ts';
import { ROOT, readDockerfile, readText } from './dockerfile.ts';

interface Service {
  readonly image: string;
  readonly build?: { readonly dockerfile: string; readonly target?: string };
  readonly profiles: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: { readonly replicas?: number; readonly resources?: { readonly limits?: Record<string, string> } };
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
}

const PROFILES = ['emulator', 'local', 'apart'] as const;
const HUBS_FILE = 'deploy/compose/eventhubs.json';

/** The services of the file, with variables in their places. */
function resolved(env: Record<string, string> = {}): Record<string, Service> {
  const text = readText('docker-compose.yml').replaceAll(
    /\$\{(\w+):-([^}]*)\}/g,
    (_, name: string, byDefault: string) => env[name] ?? byDefault,
  );
  return (parse(text, { merge: true }) as { services: Record<string, Service> }).services;
}

const services = resolved();
const named = Object.entries(services);
const inProfile = (profile: string) => named.filter(([, { profiles }]) => profiles.includes(profile));

/** The services that run our image and its own command, with the roles that they are told to run. */
const ours = named.flatMap(([name, service]) =>
  service.build?.target === undefined && service.build !== undefined && service.entrypoint === undefined
    ? [{ name, service, roles: rolesOf(service.command ?? ['serve']) }]
    : [],
);

function rolesOf([command, ...rest]: readonly string[]): readonly Role[] {
  const { flags, positionals, faults } = readArguments(rest, COMMANDS[command!]!.flags);
  assert.deepEqual([command, positionals, faults], ['serve', [], []]);
  return (flags.get('roles')?.split(',') as Role[] | undefined) ?? ROLES;
}

/** The text of a file at a path in the container, by what is mounted there. */
const mounted = (service: Service) => (path: string) => {
  const found = service.volumes?.map((one) => one.split(':')).find(([, target]) => target === path);
  assert.ok(found, `${path} is mounted`);
  return readText(found[0]!);
};

/** With the settings of the image below those of the file. */
function configOf({ service, roles }: (typeof ours)[number]): Config {
  const environment = { API_HOST: '0.0.0.0', OPS_HOST: '0.0.0.0', ...service.environment };
  const read = readConfig(environment, { roles, readFile: mounted(service) });
  assert.ok('config' in read, 'problems' in read ? read.problems.map(({ message }) => message).join('\n') : '');
  return read.config;
}

const hubsFile = readHubs(
  readArguments(['--config', fileURLToPath(new URL(HUBS_FILE, ROOT))], { config: { value: 'FILE', about: '' } }),
);

describe('docker-compose.yml', () => {
  test('Compose understands each profile, and lacks no variable', () => {
    for (const profile of PROFILES) {
      const args = ['-f', 'docker-compose.yml', '--profile', profile, 'config', '--quiet'];
      const { PATH = '' } = process.env;
      const { status, stderr } = spawnSync('docker-compose', args, {
        cwd: fileURLToPath(ROOT),
        env: { PATH },
        encoding: 'utf8',
      });
      assert.deepEqual([status, stderr], [0, ''], profile);
    }
  });

  test('each profile runs all roles, one of them with two consumers apart from the rest', () => {
    for (const profile of PROFILES) {
      const own = ours.filter(({ service }) => service.profiles.includes(profile));
      assert.deepEqual([...new Set(own.flatMap(({ roles }) => roles))].sort(), [...ROLES].sort(), profile);
    }
    const apart = ours.filter(({ service }) => service.profiles.includes('apart'));
    for (const { name, roles } of apart) assert.equal(roles.length, 1, name);
    const consumers = apart.filter(({ roles }) => roles.includes('consumer'));
    assert.equal(consumers.length, 1);
    assert.ok(consumers[0]!.service.deploy!.replicas! >= 2);
    assert.ok(readText('.env').includes(`COMPOSE_PROFILES=${PROFILES[0]}\n`), 'and one starts where none is named');
  });

  test('what it sets are settings, and what they say is good', () => {
    const known = new Set(knownNames());
    assert.ok(ours.length >= 5);
    for (const one of ours) {
      for (const name of Object.keys(one.service.environment!)) assert.ok(known.has(name), `${one.name}: ${name}`);
      configOf(one);
    }
  });

  test('every hub that is read is in the list of hubs, with the consumer group', () => {
    assert.ok('hubs' in hubsFile);
    for (const one of ours) {
      const { names, consumerGroup } = configOf(one).eventHubs;
      assert.deepEqual(
        hubsFile.hubs.map(({ name }) => name),
        names,
      );
      for (const hub of hubsFile.hubs) assert.ok(hub.consumerGroups!.includes(consumerGroup), hub.name);
    }
  });

  test('the list of hubs is one that the emulator takes', () => {
    const { UserConfig } = JSON.parse(readText(HUBS_FILE)) as {
      UserConfig: { NamespaceConfig: { Name: string; Type: string }[] };
    };
    assert.deepEqual(
      UserConfig.NamespaceConfig.map(({ Name, Type }) => [Name, Type]),
      [['emulatorNs1', 'EventHub']],
    );
    assert.ok('hubs' in hubsFile && hubsFile.hubs.length <= 10);
    for (const { partitions, consumerGroups = [] } of hubsFile.hubs) {
      assert.ok(partitions >= 1 && partitions <= 32);
      assert.ok(consumerGroups.length >= 1 && consumerGroups.length <= 20);
      // That one is there by itself, and refused where it is listed.
      assert.ok(!consumerGroups.some((name) => name.toLowerCase() === '$default'));
    }
    const path = '/Eventhubs_Emulator/ConfigFiles/Config.json';
    assert.equal(mounted(services['eventhubs-emulator']!)(path), readText(HUBS_FILE));
    assert.equal(mounted(services['eventhubs-local']!)('/etc/guestwatch/eventhubs.json'), readText(HUBS_FILE));
  });

  test('whatever a setting leads to runs in the same profile, on the port that it has there', () => {
    const ports: Record<string, number> = {
      redis: 6379,
      azurite: 10_000,
      'eventhubs-emulator': 5672,
      'eventhubs-local': 5672,
    };
    for (const { name, service } of ours) {
      const all = Object.values(service.environment!).join(' ');
      const led = [...all.matchAll(/(?:sb|redis|https?):\/\/([\w-]+)(?::(\d+))?/g)];
      assert.equal(led.length, 3, name);
      for (const [, host, port = '5672'] of led) {
        const target = services[host!]!;
        for (const profile of service.profiles) assert.ok(target.profiles.includes(profile), `${name} -> ${host}`);
        assert.equal(Number(port), ports[host!]);
      }
    }
  });

  test('everyone waits until what it needs is well, and for nothing that its profile does not start', () => {
    const image = readDockerfile('deploy/Dockerfile').stages;
    const isAsked = ({ build, healthcheck }: Service): boolean =>
      healthcheck?.test !== undefined ||
      (build !== undefined &&
        healthcheck?.disable !== true &&
        image
          .find(({ name }) => name === (build.target ?? ''))!
          .instructions.some(({ verb }) => verb === 'HEALTHCHECK'));
    for (const [name, { depends_on = {}, profiles }] of named) {
      for (const [needed, { condition }] of Object.entries(depends_on)) {
        const target = services[needed]!;
        for (const profile of profiles) assert.ok(target.profiles.includes(profile), `${name} -> ${needed}`);
        if (condition === 'service_healthy') assert.ok(isAsked(target), `${needed} is asked how it is`);
        else if (condition === 'service_completed_successfully') assert.ok(target.entrypoint?.includes('/wait.mjs'));
        else assert.ok(name.endsWith('-health'), `${name} -> ${needed}: only who asks by himself need not wait`);
      }
    }
    for (const { name, service } of ours) {
      const hubs = service.profiles.includes('emulator') ? 'eventhubs-emulator-health' : 'eventhubs-local';
      assert.deepEqual(Object.keys(service.depends_on!).sort(), ['azurite', hubs, 'redis'], name);
    }
  });

  test('ports are those that the service listens on, and open to this machine alone', () => {
    for (const one of ours) {
      const { api, ops } = configOf(one);
      const ports = one.service.ports ?? [];
      assert.deepEqual(
        ports.map((port) => Number(port.split(':').at(-1))),
        one.roles.includes('api') ? [api.port, ops.port] : [],
        one.name,
      );
    }
    const all = named.flatMap(([, { ports = [] }]) => ports);
    assert.ok(all.length >= 6);
    for (const port of all) assert.match(port, /^127\.0\.0\.1:/);
    const moved = resolved({ API_PORT: '18080', OPS_PORT: '19464', EVENTHUBS_PORT: '15672' });
    assert.deepEqual(moved['api']!.ports, ['127.0.0.1:18080:8080', '127.0.0.1:19464:9464']);
  });

  test('a container is given longer than the service gives itself, and no more than it is limited to', () => {
    for (const one of ours) {
      const { stop_grace_period: grace = '', read_only, cap_drop } = one.service;
      assert.ok(durationMs(grace)! > configOf(one).shutdownDeadlineMs, one.name);
      assert.deepEqual([read_only, cap_drop], [true, ['ALL']], one.name);
    }
    for (const [name, { deploy }] of named) {
      assert.ok(deploy?.resources?.limits?.['memory'] && deploy.resources.limits['cpus'], name);
    }
  });

  test('Redis keeps what it is given, and refuses where it is full', () => {
    const { command = [], volumes = [] } = services['redis']!;
    const after = (flag: string) => command[command.indexOf(flag) + 1];
    assert.deepEqual([after('--appendonly'), after('--maxmemory-policy')], ['yes', 'noeviction']);
    assert.equal(after('--hash-max-listpack-value'), PACKING['hash-max-listpack-value'], 'as its memory is measured');
    assert.ok(volumes.some((one) => one.startsWith('redis:/data')));
  });

  test('Azurite is the one that the tests run against', () => {
    const { devDependencies } = JSON.parse(readText('package.json')) as { devDependencies: Record<string, string> };
    assert.ok(services['azurite']!.image.endsWith(`:${devDependencies['azurite']}`));
  });

  test('the key that its file tells of opens it', () => {
    const text = readText('deploy/compose/keys.yaml');
    const read = readKeys(text);
    assert.ok('keys' in read);
    const [key] = /gw_\S+/.exec(text)!;
    assert.deepEqual(
      read.keys.map(({ sha256 }) => sha256),
      [hashOf(key)],
    );
    assert.ok(readText('docs/containers.md').includes(key));
  });

  test('the licence of the emulator is accepted by whoever starts it, not by this file', () => {
    const licence = (env?: Record<string, string>) => resolved(env)['eventhubs-emulator']!.environment!['ACCEPT_EULA'];
    assert.deepEqual([licence(), licence({ ACCEPT_EULA: 'Y' })], ['N', 'Y']);
    assert.ok(inProfile('local').every(([name]) => !name.includes('emulator')));
    assert.ok(inProfile('apart').every(([name]) => !name.includes('emulator')));
  });
});

describe('who waits for the emulator', () => {
  let server: Server;
  let isWell = false;
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
  const wait = async (seconds: string) => {
    const child = spawn(process.execPath, [fileURLToPath(new URL('deploy/compose/wait.mjs', ROOT)), url(), seconds]);
    let words = '';
    child.stderr.on('data', (part) => {
      words += part;
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, words };
  };
  before(async () => {
    server = createServer((_, answer) => {
      answer.writeHead(isWell ? 200 : 503).end();
      // Well from the second question on.
      isWell = true;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  test('goes on once it is well', async () => {
    isWell = false;
    assert.deepEqual(await wait('60'), { code: 0, words: '' });
  });

  test('gives up in the end, and says what may be wrong', async () => {
    const asked = url();
    await new Promise((resolve) => server.close(resolve));
    const child = spawnSync(process.execPath, [fileURLToPath(new URL('deploy/compose/wait.mjs', ROOT)), asked, '0.5'], {
      encoding: 'utf8',
    });
    assert.equal(child.status, 1);
    assert.match(child.stderr, /ACCEPT_EULA=Y/);
  });
});
