"""A result that several records of one reference state is in the dataset once: the views are made anew.

Views and triggers are installed after every migration, so nothing is left to do here.

Revision ID: 0003
Revises: 0002
"""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
