"""Point a database's e-mail at the local catcher."""

import argparse

from session import catch_mail, environment


def main():
    """Do it and save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--mail-port", type=int, required=True)
    arguments = parser.parse_args()
    with environment(arguments.config, arguments.database) as env:
        catch_mail(env, arguments.mail_port)
        env.cr.commit()


if __name__ == "__main__":
    main()
