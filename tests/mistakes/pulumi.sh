#!/bin/sh
# Stands for pulumi: what `make new` asks of it, kept in files. $STACKS is the folder of the stacks,
# $CALLED notes the command lines; a program called $REFUSE (a word of the command line) fails.
echo "$*" >>"$CALLED"
case " $* " in
*" ${REFUSE:-nothing} "*)
  echo "error: ${SAID:-it is refused}" >&2
  exit 255
  ;;
esac
case "$1 $2" in
login*)
  mkdir -p "$HOME/.pulumi"
  printf '{"current": "%s"}\n' "$2" >"$HOME/.pulumi/credentials.json"
  ;;
"stack init")
  if [ -e "$HOME/.pulumi/$3" ]; then
    echo "error: stack '$3' already exists" >&2
    exit 255
  fi
  [ -s "${PULUMI_CONFIG_PASSPHRASE_FILE:?}" ] || exit 1
  touch "$HOME/.pulumi/$3"
  echo 'encryptionsalt: v1:salt' >>"$STACKS/Pulumi.$3.yaml"
  ;;
"config set")
  secret=$(cat)
  printf '%s\n' "$secret" >"$HOME/$6"
  file=$STACKS/Pulumi.$4.yaml
  sed -i "s|^config:\$|config:\n  $6:\n    secure: v1:something|" "$file"
  ;;
esac
