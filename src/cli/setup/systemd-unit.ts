/** A systemd unit for a server, which may only listen and write its own directory (systemd.exec(5)). */

export interface UnitOptions {
  /** The installed command line. */
  readonly program: ReadonlyArray<string>;
  readonly config: string;
  /** The directory of the ledger. */
  readonly data: string;
  readonly user: string;
}

/** A word of a command in a unit, in which `%` and quotes are special (systemd.service(5)). */
const word = (text: string): string =>
  /^[\w@./:=+-]+$/.test(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

const escaped = (text: string): string => word(text.replaceAll('%', '%%').replaceAll('$', '$$$$'));

/** The text of the unit. */
export const systemdUnit = ({ program, config, data, user }: UnitOptions): string => `[Unit]
Description=Domicile, a ledger of where people's data lived and who could reach it
Wants=network-online.target
After=network-online.target

[Service]
Type=exec
ExecStart=${[...program, 'serve', '--config', config, '--data', data].map(escaped).join(' ')}
User=${user}
Restart=on-failure
RestartSec=2
# The process finishes running appends before it ends.
TimeoutStopSec=30
Environment=NODE_ENV=production NODE_COMPILE_CACHE=/var/cache/domicile
CacheDirectory=domicile
UMask=0077

# It can write only to the directory of the ledger.
ProtectSystem=strict
ReadWritePaths=${escaped(data)}
ProtectHome=true
PrivateTmp=true
PrivateDevices=true
ProtectKernelTunables=true
ProtectKernelModules=true
ProtectKernelLogs=true
ProtectControlGroups=true
ProtectClock=true
ProtectHostname=true
ProtectProc=invisible
ProcSubset=pid
NoNewPrivileges=true
CapabilityBoundingSet=
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
RemoveIPC=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM
LimitNOFILE=65536

[Install]
WantedBy=multi-user.target
`;
