"""HTTPS and HTTP by nginx: one server block for each site of the scenario."""

MAIN = """daemon off;
worker_processes 1;
pid {dir}/pid;
error_log {dir}/log;
user www-data;
events {{ worker_connections 256; }}
http {{
  access_log off;
  server_tokens off;
  default_type text/plain;
  ssl_protocols TLSv1.2 TLSv1.3;
  client_body_temp_path {dir}/body;
  proxy_temp_path {dir}/proxy;
  fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi;
  scgi_temp_path {dir}/scgi;
{servers}}}
"""
SERVER = """  server {{
{listen}    server_name {name};
    ssl_certificate {cert}/public.pem;
    ssl_certificate_key {cert}/key.pem;
    root {root};
{locations}  }}
"""


def listen_lines(world, host, seen):
    for address in world["addresses"](host):
        at = f"[{address}]" if ":" in address else address
        # nginx takes the first block of an address as the one for unknown names.
        for port, word in ((443, " ssl"), (80, "")):
            plain = "" if (at, port) in seen or ":" not in address else " ipv6only=on"
            seen.add((at, port))
            yield f"    listen {at}:{port}{word}{plain};\n"


def location(path, what, root):
    if what.get("redirect"):
        return f"    location = {path} {{ return {what.get('status', 302)} {what['redirect']}; }}\n"
    if what.get("status", 200) != 200:
        body = f" '{what['body']}'" if "body" in what else ""
        return f"    location = {path} {{ return {what['status']}{body}; }}\n"
    file = root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    body = what["body"] + ("note: " + "x" * 57 + "\n") * (what.get("pad", 0) // 64)
    file.write_bytes(body.replace("\n", "\r\n" if what.get("crlf") else "\n").encode())
    return f"    location = {path} {{ types {{ }} default_type '" + what.get("type", "text/plain") + "'; }\n"


def server_block(world, name, site, directory, certs, seen):
    root = directory / "sites" / name
    root.mkdir(parents=True, exist_ok=True)
    locations = "".join(location(p, w, root) for p, w in site.get("paths", {}).items())
    return SERVER.format(listen="".join(listen_lines(world, site["host"], seen)), name=name, root=root,
                         cert=certs[site["cert"]], locations=locations)


def write_nginx(world, directory, certs):
    seen = set()
    servers = "".join(server_block(world, n, s, directory, certs, seen) for n, s in world["web"].items())
    (directory / "nginx.conf").write_text(MAIN.format(dir=directory, servers=servers))
    return ["/usr/sbin/nginx", "-c", str(directory / "nginx.conf"), "-e", str(directory / "log")]


def open_ports(world):
    for site in world["web"].values():
        yield site["host"], 443
