#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Secrets among the arguments of commands, as people give them, and on descriptors that
arguments name. The programs are others by these names: what counts is on the tape when they
begin."""
import json
import os
import shlex
import sys
import zlib

import planted

COMMANDS = r"""
mysql -u bob --password=SECRET db
mysql -u bob -pSECRET db
mysqldump -pSECRET
sshpass -p SECRET ssh h
sshpass -pSECRET ssh h
docker login -u bob -p SECRET reg.example
docker login --password SECRET
openssl rsa -passin pass:SECRET -in k
openssl enc -aes-256-cbc -k SECRET -in x
openssl enc -pass pass:SECRET
openssl passwd -6 SECRET
openssl pkcs12 -export -password pass:SECRET
wget --password=SECRET http://h/
wget --http-password=SECRET x
wget --user=bob --password SECRET u
curl -u bob:SECRET http://h/
curl --user bob:SECRET u
curl --user=bob:SECRET u
curl -ubob:SECRET u
curl -su bob:SECRET u
curl -H 'Authorization: Bearer SECRET' u
curl -H 'X-Api-Key: SECRET' u
curl -H 'PRIVATE-TOKEN: SECRET' u
curl --header 'Authorization: token SECRET' u
curl -d 'password=SECRET&user=bob' u
curl -d '{"password": "SECRET"}' u
curl -d '{"user":"x","password":"SECRET"}' u
curl --data-urlencode password=SECRET u
curl -F password=SECRET u
curl http://bob:SECRET@h.example/x
curl 'http://h/x?api_key=SECRET'
curl 'http://h/x?access_token=SECRET&y=1'
curl -b session=SECRET u
curl --cookie sid=SECRET u
curl --proxy-user bob:SECRET u
curl -x http://bob:SECRET@proxy:3128 u
curl --proxy http://bob:SECRET@proxy u
curl -E cert.pem:SECRET u
curl --cert cert:SECRET u
curl --key-password SECRET
curl --aws-sigv4 aws:amz --user AKID:SECRET u
git clone https://bob:SECRET@h.example/r.git
git -c 'http.extraHeader=Authorization: Basic SECRET' fetch
git -c 'http.extraHeader=Authorization: Bearer SECRET' fetch
git remote add o https://oauth2:SECRET@gitlab.example/r
psql postgresql://bob:SECRET@h/db
psql 'host=h user=bob password=SECRET dbname=x'
aws configure set aws_secret_access_key SECRET
gpg --batch --passphrase SECRET -d x
htpasswd -b -c f bob SECRET
htpasswd -bc f bob SECRET
ldapsearch -x -D cn=a -w SECRET
az login -u bob --password SECRET
az login -u bob -p SECRET
kubectl --token=SECRET get pods
kubectl --token SECRET get
kubectl create secret generic x --from-literal=password=SECRET
helm install --set db.password=SECRET x
helm install --set auth.rootPassword=SECRET,x=1 y
mongosh -u bob -p SECRET
mongo mongodb://bob:SECRET@h/db
redis-cli -a SECRET ping
redis-cli --pass SECRET
redis-cli -u redis://:SECRET@h
smbclient //h/s -U bob%SECRET
7z x -pSECRET a.7z
zip -P SECRET a b
unzip -P SECRET a
vault login SECRET
vault login token=SECRET
vault kv put secret/x password=SECRET
npm config set //registry.npmjs.org/:_authToken=SECRET
npm config set //registry.npmjs.org/:_authToken SECRET
ssh-keygen -t ed25519 -N SECRET -f k
ssh-keygen -p -P SECRET -f k
sqlcmd -S h -U sa -P SECRET
rclone --ftp-pass SECRET
keytool -storepass SECRET -keypass SECRET
java -Djavax.net.ssl.keyStorePassword=SECRET -jar x
java -Ddb.password=SECRET x
gradle -Psigning.password=SECRET
mvn -Dpassword=SECRET
twine upload -u bob -p SECRET
pip install --index-url https://bob:SECRET@pypi.example/simple x
ansible-playbook -e ansible_password=SECRET
ansible-playbook -e '{"vault_password":"SECRET"}'
sh -c 'export DB_PASSWORD=SECRET; ./run'
sh -c 'PGPASSWORD=SECRET psql'
sh -c 'curl -u bob:SECRET http://h'
docker run -e MYSQL_ROOT_PASSWORD=SECRET mysql
docker run --env POSTGRES_PASSWORD=SECRET x
docker build --build-arg NPM_TOKEN=SECRET .
gcloud auth --access-token SECRET
snowsql --password SECRET
rabbitmqctl add_user bob SECRET
influx -password SECRET
mount -t cifs -o username=bob,password=SECRET //h/s /m
mount -o user=bob,pass=SECRET x y
smbmap -u bob -p SECRET -H h
rsync --password-file=x rsync://bob:SECRET@h/m
lftp -u bob,SECRET ftp.example
ftp ftp://bob:SECRET@h/
wput ftp://bob:SECRET@h/
rdesktop -u bob -p SECRET h
xfreerdp /u:bob /p:SECRET /v:h
vncviewer -passwd SECRET
pg_dump --dbname=postgresql://bob:SECRET@h/x
celery -b amqp://bob:SECRET@h//
etcdctl --user root:SECRET get x
consul --token=SECRET x
nomad -token=SECRET x
heroku --api-key=SECRET
terraform apply -var db_password=SECRET
terraform apply -var=db_password=SECRET
tea login --token=SECRET
glab auth login --token SECRET
gh auth login --with-token=SECRET
ngrok authtoken SECRET
stripe --api-key SECRET
twilio --auth-token SECRET
sentry-cli --auth-token SECRET
codecov -t SECRET
coveralls --repo-token SECRET
cargo login SECRET
cargo publish --token SECRET
doctl -t SECRET
flyctl -t SECRET
nmcli dev wifi connect x password SECRET
snmpwalk -v3 -A SECRET -X SECRET h
snmpwalk -v2c -c SECRET h
ipmitool -U admin -P SECRET x
mosquitto_pub -u bob -P SECRET
skopeo copy --src-creds bob:SECRET x
podman login -p SECRET
buildah --creds=bob:SECRET
nuget push -ApiKey SECRET
qpdf --password=SECRET a b
pdftotext -upw SECRET x
pdftotext -opw SECRET x
rar a -pSECRET x
oc login --token=SECRET
oc login -u x -p SECRET
wget '--header=Authorization: Bearer SECRET' u
wget '--header=Authorization: Bearer SECRET' u
http -a bob:SECRET u
http --auth bob:SECRET u
http u 'Authorization:Bearer SECRET'
wget http://bob:SECRET@h/
"""

# What looks alike and is none.
INNOCENT = r"""
docker run -p 8080:80 nginx:1.25
ssh -p 2222 host.example
mkdir -p build2024/Release
cp -p file1 file2
tar -cpf archive2024.tar dir1
git config user.email bob@h.example
git log --author=bob4711 --pretty=format:%H1234567
grep -rn token src2024/parser4711.c
gcc -pthread -O2 -DTOKEN_COUNT=12 -DPASSES=3 keyword4711.c
openssl x509 -in cert4711.crt -noout
openssl req -key k4711 -out r4711
curl -b cookies4711.txt -o out4711.html http://h.example/
python3 -u script4711.py --max-tokens 4096
nmap -p 80,443 h4711.example
sort -k 2,2 -u words4711
"""

VARIABLES = r"""
PGPASSWORD=SECRET
MYSQL_PWD=SECRET
REDISCLI_AUTH=SECRET
SSHPASS=SECRET
AWS_SECRET_ACCESS_KEY=SECRET
AWS_SESSION_TOKEN=SECRET
AWS_ACCESS_KEY_ID=SECRET
GITHUB_TOKEN=SECRET
GH_TOKEN=SECRET
GITHUB_PAT=SECRET
NPM_TOKEN=SECRET
DATABASE_URL=postgres://u:SECRET@h/db
SECRET_KEY_BASE=SECRET
DJANGO_SECRET_KEY=SECRET
JWT_SECRET=SECRET
API_KEY=SECRET
OPENAI_API_KEY=SECRET
SLACK_WEBHOOK_URL=https://hooks.slack.com/services/SECRET
AZURE_CLIENT_SECRET=SECRET
ANSIBLE_VAULT_PASSWORD=SECRET
VAULT_TOKEN=SECRET
CI_JOB_TOKEN=SECRET
TWILIO_AUTH_TOKEN=SECRET
SENTRY_DSN=https://SECRET0123456789abcdef@sentry.example/1
RAILS_MASTER_KEY=SECRET
CREDENTIALS=SECRET
MONGODB_URI=mongodb://u:SECRET@h
AMQP_URL=amqp://u:SECRET@h
SMTP_PASS=SECRET
MAIL_PASSWORD=SECRET
BORG_PASSPHRASE=SECRET
RESTIC_PASSWORD=SECRET
LDAP_BIND_PW=SECRET
ENCRYPTION_KEY=SECRET
STRIPE_SECRET=SECRET
HEROKU_API_KEY=SECRET
COOKIE_SECRET=SECRET
APP_KEY=base64:SECRET
SESSION_SECRET=SECRET
GOOGLE_API_KEY=SECRET
dbPassword=SECRET
ADMIN_PASSWORD_HASH=SECRET
HTTP_PROXY=http://u:SECRET@proxy:3128
PIP_INDEX_URL=https://u:SECRET@h/simple
GIT_ASKPASS_TOKEN=SECRET
CODECOV_TOKEN=SECRET
DOCKER_AUTH_CONFIG={"auths":{"r":{"auth":"SECRET"}}}
OAUTH_CLIENT_SECRET=SECRET
WIFI_PSK=SECRET
SIGNING_KEY=SECRET
PRIVATE_KEY=SECRET
SUDO_PASS=SECRET
ROOT_PW=SECRET
TOTP_SEED=SECRET
GITLAB_PRIVATE_TOKEN=SECRET
LICENSE_KEY=SECRET
S3_SECRET=SECRET
MINIO_ROOT_PASSWORD=SECRET
ES_PASSWD=SECRET
CLIENT_KEY_PASSWORD=SECRET
WEBHOOK_SECRET=SECRET
X_API_TOKEN_PROD=SECRET
DB_PASSWORD_1=SECRET
PASSWORD=SECRET
PASS=SECRET
SECRET=SECRET
TOKEN=SECRET
DSN=mysql:host=h;user=u;password=SECRET
CONNECTION_STRING=Server=h;User=u;Password=SECRET;
AZURE_STORAGE_CONNECTION_STRING=AccountName=a;AccountKey=SECRET;End
JDBC_URL=jdbc:mysql://h/db?user=u&password=SECRET
GIT_CONFIG_VALUE_0=Authorization: bearer SECRET
"""

# Variables that only sound so, and whose values look like something.
PLAIN_VARIABLES = r"""
SSH_AUTH_SOCK=/tmp/ssh-x/agent.1
GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D
KEYMAP=us-4711-intl
XAUTHORITY=/home/b/.Xauthority
AUTH_TYPE=basic4711
PASSENGER_ENV=production1
MAX_TOKENS=4096000
TOKEN_URL=https://h.example/oauth4711
PASSWORD_FILE=/run/x4711/secret
KEYBOARD=pc105de4711
AUTHOR=bob4711smith
DB_PASSWORD_MIN_LENGTH=12345678
COMPASS_VERSION=compass4711
BYPASS_CACHE=yes4711yes
SECRETS_DIR=/var/lib/s4711
XDG_SESSION_ID=4711
"""

# Reads from the descriptors that each name has, with programs of other names.
READERS = [
    (["docker", "login", "-u", "bob", "--password-stdin"], 0, "@\n"),
    (["gh", "auth", "login", "--with-token"], 0, "@"),
    (["sudo", "-S", "ls"], 0, "@\n"),
    (["chpasswd"], 0, "bob:@\n"),
    (["gpg", "--batch", "--passphrase-fd", "7", "-d", "x"], 7, "@\n"),
    (["openssl", "rsa", "-passin", "stdin"], 0, "@\n"),
    (["htpasswd", "-ci", "file", "bob"], 0, "@"),
    (["openssl", "rsa", "-passin", "fd:8"], 8, "@\n"),
]

RUN = """
import json, os, sys, zlib
for argv, fd, text in json.loads(zlib.decompress(sys.stdin.buffer.read())):
    r, w = os.pipe()
    for c in text:
        os.write(w, c.encode())
    os.close(w)
    name = "/" + argv[0]
    if not os.path.lexists("bin" + name):
        os.symlink(os.environ["REAL"], "bin" + name)
    if os.fork() == 0:
        os.dup2(r, fd)
        os.execv("bin" + name, argv)
    os.close(r)
    assert os.wait()[1] == 0
"""


class Commands(planted.PlantTest):
    def record_commands(self, commands, real):
        """None of it is in the clear but where it is used."""
        os.mkdir(self.bench.path("bin"))
        script = self.write("run.py", RUN)
        tape, result = self.bench.record(
            [sys.executable, "-S", script], cwd=self.dir,
            env={"PATH": os.environ["PATH"], "REAL": real},
            stdin=zlib.compress(json.dumps(commands).encode()))
        self.assertEqual(result.status, 0, result)
        return tape

    def test_arguments(self):
        lines = [line for line in COMMANDS.splitlines() if line]
        secrets = [f"pQ{i:03d}wXz7Kf" for i in range(len(lines))]
        commands = [(shlex.split(line.replace("SECRET", s)), 9, "")
                    for line, s in zip(lines, secrets)]
        tape = self.record_commands(commands, "/bin/true")
        _, text = self.gone(tape, secrets, dict(zip(secrets, lines)))
        for s in secrets:
            self.assertEqual(planted.runs(text, s), [])

    def test_short(self):
        """Too short to be looked for: they are replaced where they stand."""
        commands = [(["mysql", "-pZq7", "db"], 9, ""), (["curl", "-su", "bob:Yk5", "u"], 9, ""),
                    (["x", "--password", "Xw3"], 9, "")]
        self.gone(self.record_commands(commands, "/bin/true"), ["-pZq7", "bob:Yk5", "Xw3"])

    def test_innocent(self):
        commands = [(shlex.split(line), 9, "") for line in INNOCENT.splitlines() if line]
        tape = self.record_commands(commands, "/bin/true")
        out, _ = self.redact(tape)
        for path in (tape, out):
            run_of = [o["argv"] for o in self.bench.objects(path) if o["type"] == "exec"]
            self.assertEqual(run_of[1:], [c[0] for c in commands], path)

    def test_variables(self):
        lines = [line for line in VARIABLES.splitlines() if line]
        secrets = [f"eV{i:03d}kZ7wq9" for i in range(len(lines))]
        env = {}
        for line, secret in zip(lines, secrets):
            name, value = line.split("=", 1)
            env[name] = value.replace("SECRET", secret)
        plain = [line for line in PLAIN_VARIABLES.splitlines() if line]
        env |= dict(line.split("=", 1) for line in plain)
        tape, result = self.bench.record(["/bin/true"], env=env)
        self.assertEqual(result.status, 0, result)
        _, text = self.gone(tape, secrets, dict(zip(secrets, lines)))
        for line in plain:
            self.there(line.encode(), text)

    def test_descriptors(self):
        secrets = [f"Rd{i}wXz7Kf5" for i in range(len(READERS))]
        commands = [(argv, fd, text.replace("@", s))
                    for (argv, fd, text), s in zip(READERS, secrets)]
        tape = self.record_commands(commands, os.path.abspath(self.prog("planted")))
        self.assertTrue(planted.left(tape, secrets))
        _, text = self.redact(tape)
        self.assertEqual(planted.left_in(text, secrets), [])


if __name__ == "__main__":
    planted.main()
